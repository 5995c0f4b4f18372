import { describe, expect, it } from 'vitest'
import { helpText, parseArguments, UsageError } from './parse-arguments.ts'

const id = '0B0E7ED0-4A1A-4F9E-9B5E-0A5BC1A6D7F1'

describe('parseArguments', () => {
  it.each([
    ['status', { name: 'status', json: false }],
    ['sweep --limit 50 --json', { name: 'sweep', json: true, limit: 50 }],
    ['sweep', { name: 'sweep', json: false, limit: null }],
    ['reconcile', { name: 'reconcile', json: false, mode: 'report', deleteDuplicates: false }],
    ['reconcile --fix', { name: 'reconcile', json: false, mode: 'fix', deleteDuplicates: false }],
    ['reconcile --dry-run', { name: 'reconcile', json: false, mode: 'plan', deleteDuplicates: false }],
    [
      'reconcile --fix --dry-run --delete-duplicates --json',
      { name: 'reconcile', json: true, mode: 'plan', deleteDuplicates: true },
    ],
    [`requeue ${id}`, { name: 'requeue', json: false, profileId: id.toLowerCase() }],
    ['help', { name: 'help' }],
    ['--help', { name: 'help' }],
    ['reconcile --fix --help', { name: 'help' }],
  ])('reads "%s"', (line, command) => {
    expect(parseArguments(line.split(' '))).toEqual(command)
  })

  it.each([
    '',
    'reconsile',
    '--fix',
    'status --fix',
    'status now',
    'reconcile --fixx',
    'reconcile --fix=yes',
    'reconcile all',
    'reconcile --delete-duplicates',
    'sweep --limit',
    'sweep --limit 0',
    'sweep --limit -1',
    'sweep --limit 1e3',
    'sweep --limit many',
    'requeue',
    'requeue ada@example.com',
    `requeue ${id} ${id}`,
  ])('refuses "%s"', (line) => {
    expect(() => parseArguments(line === '' ? [] : line.split(' '))).toThrow(UsageError)
  })

  it('has a help that fits a terminal and names every option', () => {
    expect(Math.max(...helpText.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    for (const option of ['--limit', '--fix', '--dry-run', '--delete-duplicates', '--json', '--help']) {
      expect(helpText).toContain(option)
    }
  })
})
