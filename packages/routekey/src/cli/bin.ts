#!/usr/bin/env node
import { main } from './main.ts'

process.exitCode = main(process.argv.slice(2), {
  cwd: process.cwd(),
  print: (text) => process.stdout.write(text),
  say: (text) => process.stderr.write(`${text}\n`),
})
