import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

import { CliError, type Command, Option, parsePath, type Terminal } from '@routekey/command-line'

import { checkSecret, describeProblem } from '../../secret/check-secret.ts'
import { estimateBits } from '../../secret/estimate-bits.ts'
import { previousVariable } from '../../secret/secret-variable.ts'
import { defaultEnvFile, defaultSecretName, findAssignment, parseSecretName, warnIfExposed } from '../secret-file.ts'

type ReadVariable = (name: string) => string | undefined

interface CheckedSecret {
  readonly isAccepted: boolean
  /** Describes the secret without showing it. */
  readonly line: string
}

function checkCurrent(name: string, secret: string | undefined): CheckedSecret {
  const problem = checkSecret(secret)
  if (problem === null) return { isAccepted: true, line: `${name}: strong, about ${estimateBits(secret ?? '')} bits` }
  return { isAccepted: false, line: `${name}: ${describeProblem(problem, name)}` }
}

function checkFormer(name: string, secret: string): CheckedSecret {
  return checkSecret(secret) === null
    ? { isAccepted: true, line: `${name}: also accepted, until the rotation is finished` }
    : { isAccepted: false, line: `${name}: too weak or not sendable in a header, so it is ignored. Remove it.` }
}

function readFrom(envFile: string, terminal: Terminal): ReadVariable {
  const path = resolve(terminal.cwd, envFile)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new CliError(`${envFile} does not exist. Create it: npx routekey generate`, 1)
  warnIfExposed(envFile, process.platform !== 'win32' && (found.mode & 0o077) !== 0, terminal)
  const text = readFileSync(path, 'latin1')
  return (name) => findAssignment(text, name, envFile)?.value
}

/** Adds `routekey check`. */
export function addCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .summary('Checks that the secrets in .env.local are strong enough.')
    .description(
      'Checks that the secrets in .env.local are strong enough to guard a route, by the same rules as the guard. Exits with 1 if one of them is not. Never shows a secret.',
    )
    .argument('[names...]', `the variables that hold the secrets (default: ${defaultSecretName})`)
    .option('--env-file <file>', 'the file to check', parsePath, defaultEnvFile)
    .addOption(new Option('--environment', 'check the variables of this process instead').conflicts('envFile'))
    .action((given, { envFile, environment }) => {
      const names = (given.length > 0 ? given : [defaultSecretName]).map(parseSecretName)
      const read: ReadVariable = environment === true ? (name) => terminal.env[name] : readFrom(envFile, terminal)
      const checked = names.flatMap((name) => {
        const previous = previousVariable(name)
        const former = read(previous) ?? ''
        return [checkCurrent(name, read(name)), ...(former === '' ? [] : [checkFormer(previous, former)])]
      })
      for (const { line } of checked) terminal.print(`${line}\n`)
      const failed = checked.filter(({ isAccepted }) => !isAccepted).length
      if (failed > 0) throw new CliError(`${failed} of ${checked.length} secrets failed the check.`, 1)
    })
}
