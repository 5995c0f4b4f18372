import { CliError, type Command, parsePath, type Terminal } from '@routekey/command-line'
import { insertBelow, removeAssignment, replaceRawValue, replaceValue } from '@routekey/command-line/env-file'

import { loadEnv } from '../env/load-env.ts'
import { findSecretKind, generateSecret, generatedBits as bits, judgeSecret } from '../secret-kind.ts'
import { previousVariable } from '../../secret/secret-variable.ts'
import { defaultEnvFile, editSecrets, envFileArgument, findAssignment, parseSecretName } from '../secret-file.ts'

/** Gives a variable a new secret, and keeps the current one as `<NAME>_PREVIOUS`. */
export function rotateSecret(text: string, name: string, secret: string, envFile: string): string {
  const current = findAssignment(text, name, envFile)
  if (current === undefined || current.value === '') {
    throw new CliError(
      `${envFile} has no value for ${name}. Generate one: npx routekey generate ${name}${envFileArgument(envFile)}`,
      1,
    )
  }
  const previousName = previousVariable(name)
  const previous = findAssignment(text, previousName, envFile)
  if (previous !== undefined && previous.value !== '') {
    throw new CliError(
      `${envFile} still has a value for ${previousName}, so a rotation is under way. ` +
        `When no caller uses it any more: npx routekey rotate ${name} --finish${envFileArgument(envFile)}`,
      1,
    )
  }
  // The current value is copied as written, with its quotes and escapes, so that it keeps its meaning.
  const former = text.slice(current.valueStart, current.valueEnd)
  if (previous === undefined) return replaceValue(insertBelow(text, current, previousName, former), current, secret)
  // The later line first, because an edit moves the offsets of all lines after it.
  return previous.start > current.start
    ? replaceValue(replaceRawValue(text, previous, former), current, secret)
    : replaceRawValue(replaceValue(text, current, secret), previous, former)
}

/** Removes `<NAME>_PREVIOUS`. Returns the text unchanged if it has no such variable. */
export function finishRotation(text: string, name: string, envFile: string): string {
  const previous = findAssignment(text, previousVariable(name), envFile)
  if (previous === undefined) return text
  if ((findAssignment(text, name, envFile)?.value ?? '') === '') {
    throw new CliError(
      `${envFile} has no value for ${name}. Without ${previous.name}, every caller would be refused. Nothing was changed.`,
      1,
    )
  }
  return removeAssignment(text, previous)
}

function finish(name: string, envFile: string, terminal: Terminal): void {
  const { isChanged } = editSecrets(envFile, terminal, (text) => finishRotation(text, name, envFile))
  terminal.say(
    isChanged
      ? `Removed ${previousVariable(name)} from ${envFile}. Once the application reloads it, only the current ${name} is accepted.`
      : `${envFile} has no ${previousVariable(name)}, so there is nothing to finish.`,
  )
}

/** Adds `routekey rotate`. */
export function addRotate(program: Command, terminal: Terminal): void {
  program
    .command('rotate')
    .summary('Replaces a secret. The current one works too until you finish.')
    .description(
      `Gives a variable a new secret of ${bits} random bits, and keeps the current one as <NAME>_PREVIOUS. Both are accepted until you finish, so that callers can change over one by one.`,
    )
    .argument('<name>', 'the variable that holds the secret', parseSecretName)
    .option('--finish', 'remove <NAME>_PREVIOUS, so that only the new secret is accepted')
    .option('--webhook', 'the secret signs webhooks; the default if the value or the name says so')
    .option('--env-file <file>', 'the file to edit', parsePath, defaultEnvFile)
    .action((name, { envFile, finish: isLastStep, webhook }) => {
      if (isLastStep === true) return finish(name, envFile, terminal)

      let isFormerAccepted = true
      let kind = findSecretKind(name)
      editSecrets(envFile, terminal, (text) => {
        const current = loadEnv([{ name: envFile, text }], {}).get(name)?.value
        kind = webhook === true ? 'webhook' : findSecretKind(name, current)
        isFormerAccepted = judgeSecret(kind, name, current).isAccepted
        return rotateSecret(text, name, generateSecret(kind, current), envFile)
      })
      const finishCommand = `npx routekey rotate ${name} --finish${envFileArgument(envFile)}`
      terminal.say(`${name} has a new value in ${envFile}. The former value is now ${previousVariable(name)}.`)
      terminal.say(
        isFormerAccepted
          ? `Both are accepted once the application reloads them. When every caller uses the new one: ${finishCommand}`
          : `The former value is too weak or malformed, so it is not accepted. Remove it: ${finishCommand}`,
      )
      if (kind === 'webhook') {
        terminal.say(
          `The sender must sign with the new value. If the sender generates secrets, replace it by the one that it shows.`,
        )
      }
    })
}
