// Runs a sandbox in its own process, so that a test can kill it. Sends its addresses and keys to the parent.
import { startSandbox } from '../src/index.ts'

process.once('disconnect', () => process.exit())

const { supabase, stripe } = await startSandbox({
  ...(process.argv[2] !== undefined && { dir: process.argv[2] }),
  ports: { supabase: 0, stripe: 0, github: 0 },
})
process.send?.({ supabase, stripe })
