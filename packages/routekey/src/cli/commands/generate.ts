import { CliError, type Command, Option, parsePath, type Terminal } from '@routekey/command-line'
import { appendAssignment, replaceValue } from '@routekey/command-line/env-file'

import { findSecretKind, generateSecret, generatedBits as bits } from '../secret-kind.ts'
import {
  defaultEnvFile,
  defaultSecretName,
  editSecrets,
  envFileArgument,
  findAssignment,
  parseSecretName,
} from '../secret-file.ts'

/** Adds a secret to the text of an environment file. Refuses to replace a value. */
export function addSecret(text: string, name: string, secret: string, envFile: string): string {
  const existing = findAssignment(text, name, envFile)
  if (existing === undefined) return appendAssignment(text, name, secret)
  if (existing.value !== '') {
    throw new CliError(
      `${envFile} already has a value for ${name}. To replace it: npx routekey rotate ${name}${envFileArgument(envFile)}`,
      1,
    )
  }
  return replaceValue(text, existing, secret)
}

/** Adds `routekey generate`. */
export function addGenerate(program: Command, terminal: Terminal): void {
  program
    .command('generate')
    .summary('Generates a secret and writes it to .env.local.')
    .description(
      `Generates a secret of ${bits} random bits and writes it to .env.local. A new file gets mode 600. An existing value is never replaced.`,
    )
    .argument('[name]', 'the variable that holds the secret', parseSecretName, defaultSecretName)
    .option('--env-file <file>', 'the file to write to', parsePath, defaultEnvFile)
    .addOption(new Option('--print', 'print the secret to stdout, and write no file').conflicts('envFile'))
    .option('--webhook', 'a secret for signing webhooks, whsec_…; the default for a name with WEBHOOK or HOOK')
    .addHelpText(
      'after',
      `
A value of your own works too, if it is as random:
  node -p "require('crypto').randomBytes(32).toString('hex')"`,
    )
    .action((name, { envFile, print, webhook }) => {
      const secret = generateSecret(webhook === true ? 'webhook' : findSecretKind(name))
      if (print === true) return terminal.print(`${secret}\n`)
      const { isNew } = editSecrets(envFile, terminal, (text) => addSecret(text, name, secret, envFile))
      terminal.say(
        isNew
          ? `Created ${envFile}, which only you can read, with a new ${name} (${bits} random bits).`
          : `Added a new ${name} (${bits} random bits) to ${envFile}.`,
      )
    })
}
