import { CliError, type Command, Option, parsePath, type Terminal } from '@routekey/command-line'

import { previousVariable } from '../../secret/secret-variable.ts'
import { type EnvFile, type LoadedVariable, envFileNames, loadEnv } from '../env/load-env.ts'
import { readEnvFile } from '../env/read-env-file.ts'
import { warnAboutValue } from '../env/warn-about-value.ts'
import { defaultEnvFile, defaultSecretName, findAssignment, parseSecretName, warnIfExposed } from '../secret-file.ts'
import { findSecretKind, judgeSecret } from '../secret-kind.ts'

type Variables = ReadonlyMap<string, LoadedVariable>

interface Source {
  readonly files: readonly EnvFile[]
  /** The variables as an application gets them, by the mode in which it runs. */
  readonly modes: Readonly<Record<string, Variables>>
}

function readFiles(names: readonly string[], terminal: Terminal): readonly EnvFile[] {
  return names.map((name) => readEnvFile(name, terminal)).filter((file) => file !== null)
}

function readSource(envFile: string | undefined, isEnvironment: boolean, terminal: Terminal): Source {
  if (isEnvironment) return { files: [], modes: { '': loadEnv([], terminal.env) } }
  if (envFile !== undefined) {
    const files = readFiles([envFile], terminal)
    if (files.length === 0) throw new CliError(`${envFile} does not exist. Name another file.`, 1)
    return { files, modes: { '': loadEnv(files, {}) } }
  }
  const development = readFiles(envFileNames('development'), terminal)
  const production = readFiles(envFileNames('production'), terminal)
  const files = [...new Map([...development, ...production].map((file) => [file.name, file])).values()]
  if (files.length === 0) throw new CliError(`${defaultEnvFile} does not exist. Create it: npx routekey generate`, 1)
  const modes = { development: loadEnv(development, terminal.env), production: loadEnv(production, terminal.env) }
  return { files, modes }
}

interface Line {
  readonly isAccepted: boolean
  /** Describes the secret without showing it. */
  readonly text: string
}

/** Judges a secret and its former value. */
function judgeBoth(name: string, variables: Variables, isWebhook: boolean): readonly Line[] {
  const value = variables.get(name)?.value
  const previousName = previousVariable(name)
  const former = variables.get(previousName)?.value ?? ''
  const kind = isWebhook ? 'webhook' : findSecretKind(name, value)
  const { isAccepted, text } = judgeSecret(kind, name, value)
  const current = { isAccepted, text: `${name}: ${text}` }
  if (former === '') return [current]
  const isFormerAccepted = judgeSecret(kind, previousName, former).isAccepted
  const says = isFormerAccepted
    ? 'also accepted, until the rotation is finished'
    : 'too weak or malformed, so it is ignored. Remove it.'
  return [current, { isAccepted: isFormerAccepted, text: `${previousName}: ${says}` }]
}

/** Judges a secret in each mode; in one line if the modes agree. */
function judgeModes(name: string, modes: Source['modes'], isWebhook: boolean): readonly Line[] {
  const judged = Object.entries(modes).map(([mode, variables]) => ({
    mode,
    lines: judgeBoth(name, variables, isWebhook),
  }))
  const [first] = judged
  if (first === undefined || judged.every(({ lines }) => JSON.stringify(lines) === JSON.stringify(first.lines))) {
    return first?.lines ?? []
  }
  return judged.flatMap(({ mode, lines }) => lines.map((line) => ({ ...line, text: `${line.text} (${mode})` })))
}

/** Adds `routekey check-secret`. */
export function addCheckSecret(program: Command, terminal: Terminal): void {
  program
    .command('check-secret')
    .summary('Checks that the secrets of an application are strong enough.')
    .description(
      'Checks that the secrets of an application are strong enough to guard a route, by the same rules as the guard. Reads the .env files as Next.js does, so it judges the value that the application gets. Exits with 1 if a secret is not strong enough. Never shows a secret.',
    )
    .argument('[names...]', `the variables that hold the secrets (default: ${defaultSecretName})`)
    .option('--env-file <file>', 'check this file alone', parsePath)
    .option('--webhook', 'the secrets sign webhooks; the default if a value or a name says so')
    .addOption(new Option('--environment', 'check the variables of this process instead').conflicts('envFile'))
    .action((given, { envFile, environment, webhook }) => {
      const names = (given.length > 0 ? given : [defaultSecretName]).map(parseSecretName)
      const { files, modes } = readSource(envFile, environment === true, terminal)
      for (const file of files) {
        for (const name of names)
          for (const each of [name, previousVariable(name)]) findAssignment(file.text, each, file.name)
        if (names.some((name) => findAssignment(file.text, name, file.name) !== undefined))
          warnIfExposed(file.name, terminal)
      }
      const warnings = new Set<string>()
      for (const variables of Object.values(modes)) {
        for (const name of names) {
          const found = variables.get(name)
          if (found !== undefined) for (const text of warnAboutValue(name, found, envFile)) warnings.add(text)
        }
      }
      for (const text of warnings) terminal.say(`Warning: ${text}`)
      const lines = names.flatMap((name) => judgeModes(name, modes, webhook === true))
      for (const { text } of lines) terminal.print(`${text}\n`)
      const failed = lines.filter(({ isAccepted }) => !isAccepted).length
      if (failed > 0) throw new CliError(`${failed} of ${lines.length} secrets failed the check.`, 1)
    })
}
