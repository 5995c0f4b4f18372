import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { estimateBits } from '../../secret/estimate-bits.ts'
import { checkSecret, secretProblems } from '../../secret/check-secret.ts'
import { previousVariable } from '../../secret/secret-variable.ts'
import {
  type Command,
  type Terminal,
  defaultEnvFile,
  findAssignment,
  isOpenToCommits,
  requireName,
} from '../command.ts'
import { Refusal } from '../cli-error.ts'

/** Says in one line whether a value may serve as a secret; it does not show the value. */
function judge(name: string, value: string | undefined): { readonly isFit: boolean; readonly line: string } {
  const problem = checkSecret(value)
  if (problem === null) return { isFit: true, line: `${name}: fit, about ${estimateBits(value ?? '')} bits` }
  const { meaning, remedy } = secretProblems[problem]
  return { isFit: false, line: `${name}: ${meaning} ${remedy.replace('<NAME>', name)}` }
}

function readEnvFile(envFile: string, terminal: Terminal): string {
  const path = resolve(terminal.cwd, envFile)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) throw new Refusal(`there is no ${envFile}; to make it: npx routekey generate`)
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    terminal.say(`Warning: other users can read ${envFile}. Mend it with: chmod 600 ${envFile}`)
  }
  if (isOpenToCommits(path))
    terminal.say(`Warning: git does not ignore ${envFile}. Add it to .gitignore before you commit.`)
  return readFileSync(path, 'latin1')
}

/** `routekey check`. */
export const check: Command = {
  help: `Usage: routekey check [NAME…] [--env-file FILE | --environment]

Says whether the secrets in .env.local are fit to guard a route, by the same rules as the
guard. NAME is API_ROUTE_SECRET unless given. Exits with 1 when one is not fit. A secret
is never shown.

  --env-file FILE  look into FILE instead of .env.local
  --environment    look at the variables of this process instead of a file
`,
  run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'env-file': { type: 'string' }, environment: { type: 'boolean' } },
    })
    const names = (positionals.length > 0 ? positionals : ['API_ROUTE_SECRET']).map(requireName)
    const envFile = values['env-file']
    if (values.environment === true && envFile !== undefined) {
      throw new Refusal('--environment looks at no file: leave out --env-file', 2)
    }
    const path = envFile ?? defaultEnvFile
    const text = values.environment === true ? null : readEnvFile(path, terminal)
    const read = (name: string) => (text === null ? terminal.env[name] : findAssignment(text, name, path)?.value)

    let unfit = 0
    for (const name of names) {
      const { isFit, line } = judge(name, read(name))
      if (!isFit) unfit += 1
      terminal.print(`${line}\n`)
      const previous = previousVariable(name)
      const former = read(previous)
      if (former === undefined || former === '') continue
      const isFormerFit = checkSecret(former) === null
      if (!isFormerFit) unfit += 1
      terminal.print(
        `${previous}: ${isFormerFit ? 'passes too, until the rotation is finished' : 'not fit, and ignored; remove it'}\n`,
      )
    }
    if (unfit > 0) throw new Refusal(`${unfit === 1 ? 'one secret is' : `${unfit} secrets are`} not fit`)
  },
}
