// Starts a stand-in in this process, so that a test can kill it. The argument is the file for its state. Prints the port.
import { startStripeStandIn } from '../src/start-stripe-stand-in.ts'
import { secretKey } from './secret-key.ts'

const standIn = await startStripeStandIn({ port: 0, path: process.argv[2] ?? ':memory:', secretKey })
process.stdout.write(`${standIn.port}\n`)
