import { captureTerminal } from '@routekey/command-line/testing'
import { describe, expect, it } from 'vitest'

import { run } from './run.ts'
import { parseReconcileFlags } from './commands/reconcile.ts'

const id = '0B0E7ED0-4A1A-4F9E-9B5E-0A5BC1A6D7F1'

async function runLine(line: string) {
  const terminal = captureTerminal()
  const exitCode = await run(line === '' ? [] : line.split(' '), {
    ...terminal,
    progress: { write: terminal.say },
    signal: new AbortController().signal,
  })
  return { exitCode, printed: terminal.printed(), said: terminal.said() }
}

describe('the command line', () => {
  // Without a configuration, a command whose arguments are right ends there.
  it.each([
    'status',
    'status --json',
    'sweep',
    'sweep --limit 50 --json',
    'reconcile',
    'reconcile --fix',
    'reconcile --fix --dry-run --delete-duplicates --json',
    `relink ${id} cus_123 --json`,
    `requeue ${id}`,
  ])('accepts "%s"', async (line) => {
    const { exitCode, printed, said } = await runLine(line)
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' })
    expect(said).toMatch(/^stripe-customers: NEXT_PUBLIC_SUPABASE_URL is missing\. Set it, [^\n]+\n$/)
  })

  it.each(['sql', 'preflight'])('asks for the table and its columns of "%s", and guesses none', async (command) => {
    const { exitCode, printed, said } = await runLine(`${command} --table public.profiles --id id`)
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' })
    expect(said).toContain('Name the table and its columns')
  })

  it.each([
    ['', 'Missing command'],
    ['sql --table profiles --id id --customer customer', 'Use a name with its schema'],
    ['preflight --table public.p --id id --customer c', 'DATABASE_URL is missing'],
    ['reconsile', 'Did you mean reconcile?'],
    ['--fix', 'Unknown option'],
    ['status --fix', 'Unknown option'],
    ['status now', 'Too many arguments'],
    ['reconcile --fixx', 'Did you mean --fix?'],
    ['reconcile --fix=yes', 'Unknown option'],
    ['reconcile all', 'Too many arguments'],
    ['reconcile --delete-duplicates', '--delete-duplicates needs --fix'],
    ['sweep --limit', 'argument missing'],
    ['sweep --limit 0', 'Use a number from 1.'],
    ['sweep --limit -1', 'Use a whole number.'],
    ['sweep --limit 1e3', 'Use a whole number.'],
    ['sweep --limit many', 'Use a whole number.'],
    [`relink ${id}`, 'Missing required argument'],
    [`relink ${id} ada@example.com`, 'Use the id of a customer'],
    ['requeue', 'Missing required argument'],
    ['requeue ada@example.com', 'Use a UUID.'],
    [`requeue ${id} ${id}`, 'Too many arguments'],
  ])('refuses "%s" in one line that names the help', async (line, message) => {
    const { exitCode, printed, said } = await runLine(line)
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' })
    expect(said).toContain(message)
    expect(said).toMatch(/^stripe-customers: [^\n]+ See: npx stripe-customers [a-z ]*--help\n$/)
  })

  it.each(['help', '--help', 'status --help', 'sweep --help', 'reconcile --fix --help', 'requeue --help'])(
    'prints a help that fits a terminal for "%s"',
    async (line) => {
      const { exitCode, printed, said } = await runLine(line)
      expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
      expect(Math.max(...printed.split('\n').map((text) => text.length))).toBeLessThanOrEqual(80)
    },
  )
})

describe('parseReconcileFlags', () => {
  it.each([
    [{}, { mode: 'report', deleteDuplicates: false }],
    [{ fix: true }, { mode: 'fix', deleteDuplicates: false }],
    [{ dryRun: true }, { mode: 'plan', deleteDuplicates: false }],
    [
      { fix: true, dryRun: true, deleteDuplicates: true },
      { mode: 'plan', deleteDuplicates: true },
    ],
    [
      { fix: true, deleteDuplicates: true },
      { mode: 'fix', deleteDuplicates: true },
    ],
  ] as const)('decides %j', (flags, expected) => {
    expect(parseReconcileFlags(flags)).toEqual(expected)
  })
})
