// Runs the stand-in on the file named by the first argument, prints its port, and waits to be killed.
import { startStripeStandIn } from '../src/start-stripe-stand-in.ts'
import { secretKey } from './secret-key.ts'

const standIn = await startStripeStandIn({ port: 0, path: process.argv[2] ?? ':memory:', secretKey: secretKey })
process.stdout.write(`${standIn.port}\n`)
