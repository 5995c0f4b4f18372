import { parseArgs } from 'node:util'

import { generateKey } from '../../key/generate-key.ts'
import { type Command, defaultEnvFile, edit, envFileOption, findAssignment, requireName } from '../command.ts'
import { appendAssignment, replaceRaw } from '../env-file/env-text.ts'
import { Refusal } from '../cli-error.ts'

const bits = 256

/** Adds a value for a name to the text of an environment file; refuses to replace one. */
export function addSecret(text: string, name: string, value: string, envFile: string): string {
  const existing = findAssignment(text, name, envFile)
  if (existing === undefined) return appendAssignment(text, name, value)
  if (existing.value !== '') {
    throw new Refusal(
      `${envFile} already has a value for ${name}, and keeps it. To replace it: npx routekey rotate ${name}${envFileOption(envFile)}`,
    )
  }
  return replaceRaw(text, existing, `${existing.quote}${value}${existing.quote}`)
}

/** `routekey generate`. */
export const generate: Command = {
  help: `Usage: routekey generate [NAME] [--env-file FILE | --print]

Makes a secret of ${bits} random bits and writes NAME=<secret> into .env.local. NAME is
API_ROUTE_SECRET unless given. A new file can be read by you alone; a value that is
there already is never replaced.

  --env-file FILE  write to FILE instead of .env.local
  --print          write no file; print the secret, and nothing else, on standard output

A value of your own is as good, if it is as random:
  node -p "require('crypto').randomBytes(32).toString('hex')"
`,
  run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'env-file': { type: 'string' }, print: { type: 'boolean' } },
    })
    const [argument = 'API_ROUTE_SECRET', ...others] = positionals
    if (others.length > 0) throw new Refusal('generate takes one NAME', 2)
    const name = requireName(argument)
    const envFile = values['env-file']
    if (values.print === true) {
      if (envFile !== undefined) throw new Refusal('--print writes no file: leave out --env-file', 2)
      terminal.print(`${generateKey({ bits })}\n`)
      return
    }
    const path = envFile ?? defaultEnvFile
    const { isNew } = edit(path, terminal, (text) => addSecret(text, name, generateKey({ bits }), path))
    terminal.say(
      isNew
        ? `Created ${path}, for you alone to read, with a new ${name} (${bits} random bits).`
        : `Wrote a new ${name} (${bits} random bits) to ${path}.`,
    )
  },
}
