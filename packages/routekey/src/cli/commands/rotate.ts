import { parseArgs } from 'node:util'

import { generateKey } from '../../key/generate-key.ts'
import { checkSecret } from '../../secret/check-secret.ts'
import { previousVariable } from '../../secret/secret-variable.ts'
import { type Command, defaultEnvFile, edit, envFileOption, findAssignment, requireName } from '../command.ts'
import { insertBelow, removeAssignment, replaceRaw } from '../env-file/env-text.ts'
import { Refusal } from '../cli-error.ts'

const bits = 256

/** Gives a name a new value and keeps the old one as `<NAME>_PREVIOUS`. */
export function rotateSecret(text: string, name: string, value: string, envFile: string): string {
  const current = findAssignment(text, name, envFile)
  if (current === undefined || current.value === '') {
    throw new Refusal(
      `${envFile} has no value for ${name}. Make one with: npx routekey generate ${name}${envFileOption(envFile)}`,
    )
  }
  const previousName = previousVariable(name)
  const previous = findAssignment(text, previousName, envFile)
  if (previous !== undefined && previous.value !== '') {
    throw new Refusal(
      `${envFile} still has a value for ${previousName}: a rotation is under way. ` +
        `When no caller needs it any more: npx routekey rotate ${name} --finish${envFileOption(envFile)}`,
    )
  }
  // The old value is carried over as written, quotes and escapes included, so that it still means the same.
  const former = text.slice(current.valueStart, current.valueEnd)
  const fresh = `${current.quote}${value}${current.quote}`
  if (previous === undefined) return replaceRaw(insertBelow(text, current, previousName, former), current, fresh)
  // The later one first: the offsets of the earlier one stay true.
  return previous.start > current.start
    ? replaceRaw(replaceRaw(text, previous, former), current, fresh)
    : replaceRaw(replaceRaw(text, current, fresh), previous, former)
}

/** Takes `<NAME>_PREVIOUS` away; returns the text unchanged when there is none. */
export function finishRotation(text: string, name: string, envFile: string): string {
  const previous = findAssignment(text, previousVariable(name), envFile)
  if (previous === undefined) return text
  if ((findAssignment(text, name, envFile)?.value ?? '') === '') {
    throw new Refusal(
      `${envFile} has no value for ${name}: without the former one, nobody could call. Nothing was changed.`,
    )
  }
  return removeAssignment(text, previous)
}

/** `routekey rotate`. */
export const rotate: Command = {
  help: `Usage: routekey rotate NAME [--finish] [--env-file FILE]

Gives NAME a new secret of ${bits} random bits in .env.local and keeps the current one as
NAME_PREVIOUS. Both pass until you finish, so that callers can change over one by one.

  --finish         drop NAME_PREVIOUS: from then on only the new secret passes
  --env-file FILE  use FILE instead of .env.local
`,
  run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'env-file': { type: 'string' }, finish: { type: 'boolean' } },
    })
    const [argument, ...others] = positionals
    if (argument === undefined || others.length > 0) throw new Refusal('rotate takes one NAME', 2)
    const name = requireName(argument)
    const previousName = previousVariable(name)
    const envFile = values['env-file'] ?? defaultEnvFile
    const finish = `npx routekey rotate ${name} --finish${envFileOption(envFile)}`

    if (values.finish === true) {
      const { isChanged } = edit(envFile, terminal, (text) => finishRotation(text, name, envFile))
      terminal.say(
        isChanged
          ? `Dropped ${previousName} from ${envFile}. Only the current ${name} passes once the application has reloaded it.`
          : `${envFile} has no ${previousName}: there is nothing to finish.`,
      )
      return
    }

    let isFormerUsable = true
    edit(envFile, terminal, (text) => {
      isFormerUsable = checkSecret(findAssignment(text, name, envFile)?.value) === null
      return rotateSecret(text, name, generateKey({ bits }), envFile)
    })
    terminal.say(`${name} has a new value in ${envFile}; the former one is ${previousName}.`)
    terminal.say(
      isFormerUsable
        ? `Both pass once the application has reloaded them. When every caller has changed over: ${finish}`
        : `The former value is too weak or cannot be sent, so it does not pass. Drop it with: ${finish}`,
    )
  },
}
