#!/usr/bin/env -S node --
// Without the `--`, Node.js takes `--env-file` for its own, wherever it stands, and exits when there is no such file.
import { main } from './main.ts'

process.exitCode = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  print: (text) => process.stdout.write(text),
  say: (text) => process.stderr.write(`${text}\n`),
})
