import { expect, it } from 'vitest'

import { CliError } from './cli-error.ts'
import { createProgram } from './create-program.ts'
import { collect, parsePath, parseWholeNumber } from './option-values.ts'
import { runProgram } from './run-program.ts'
import { captureTerminal } from './testing/capture-terminal.ts'

const explain = (error: unknown) => (error instanceof RangeError ? new CliError('Explained.', 3) : null)

async function run(args: readonly string[], failure?: Error) {
  const terminal = captureTerminal()
  const options = { command: 'npm run tool --', description: 'Does things.', services: 'the database' }
  const program = createProgram(options, terminal).version('1.2.3', '--version')
  program
    .command('copy')
    .description('Copies a file.')
    .argument('<name>', 'what to copy')
    .option('--to <file>', 'where to', parsePath)
    .option('--times <number>', 'how often', parseWholeNumber)
    .option('--tag <tag>', 'repeatable', collect)
    .action(async (name, values) => {
      if (failure !== undefined) throw failure
      terminal.print(JSON.stringify({ name, ...values }))
    })
  const keys = program.command('keys').description('Works on keys.')
  keys.command('list').action(() => terminal.print('listed'))
  const exitCode = await runProgram(program, args, terminal, { name: 'tool', explain })
  return { exitCode, printed: terminal.printed(), said: terminal.said() }
}

it('runs the command that the arguments name', async () => {
  const { exitCode, printed, said } = await run('copy a --to b --times 2 --tag x --tag y'.split(' '))
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
  expect(JSON.parse(printed)).toEqual({ name: 'a', to: 'b', times: 2, tag: ['x', 'y'] })
  expect((await run(['keys', 'list'])).printed).toBe('listed')
})

it.each([
  [[], 'Missing command. See: npm run tool -- --help'],
  [['cpoy'], "Unknown command 'cpoy'. Did you mean copy? See: npm run tool -- --help"],
  [['--to', 'b'], "Unknown option '--to'. See: npm run tool -- --help"],
  [['copy'], "Missing required argument 'name'. See: npm run tool -- copy --help"],
  [['copy', 'a', '--form'], "Unknown option '--form'. See: npm run tool -- copy --help"],
  [['copy', 'a', '--tp', 'b'], "Unknown option '--tp'. Did you mean --to? See: npm run tool -- copy --help"],
  [
    ['copy', 'a', '--to', '--tag'],
    "Option '--to <file>' argument '--tag' is invalid. Use the path of a file. See: npm run tool -- copy --help",
  ],
  [['keys'], 'Missing command. See: npm run tool -- keys --help'],
  [['keys', 'lsit'], "Unknown command 'lsit'. Did you mean list? See: npm run tool -- keys --help"],
])('answers wrong usage with one line and exit code 2: %j', async (args, message) => {
  expect(await run(args)).toEqual({ exitCode: 2, printed: '', said: `tool: ${message}\n` })
})

it.each(['-1', '1e3', 'many', '1234567890', ''])('refuses %j as a whole number', async (text) => {
  const { exitCode, said } = await run(['copy', 'a', '--times', text])
  expect(exitCode).toBe(2)
  expect(said).toContain('Use a whole number.')
})

it('reports an error that a command throws, with its exit code', async () => {
  const args = ['copy', 'a']
  expect(await run(args, new CliError('Not there.', 1))).toEqual({
    exitCode: 1,
    printed: '',
    said: 'tool: Not there.\n',
  })
  expect(await run(args, new RangeError('detail'))).toEqual({ exitCode: 3, printed: '', said: 'tool: Explained.\n' })
  await expect(run(args, new TypeError('a fault of the program'))).rejects.toThrow(TypeError)
})

it('hides the credentials of an address in an error', async () => {
  const { said } = await run(['copy', 'a'], new CliError('No answer from postgres://app:pa:ss@w@host/db.', 3))
  expect(said).toBe('tool: No answer from postgres://***@host/db.\n')
})

it.each([
  [['--help'], 'Usage: npm run tool -- <command> [options]'],
  [['help'], 'Exit codes:'],
  [['help'], '\n  copy <name>     Copies a file.\n'],
  [['copy', '-h'], 'Usage: npm run tool -- copy [options] <name>'],
  [['help', 'copy'], 'Copies a file.'],
  [['keys', 'list', '--help'], 'Usage: npm run tool -- keys list [options]'],
  [['--version'], '1.2.3'],
])('prints help and version to stdout, at most 80 columns wide: %j', async (args, text) => {
  const { exitCode, printed, said } = await run(args)
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
  expect(printed).toContain(text)
  expect(Math.max(...printed.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
