import { readdirSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { useDirectory } from './cli-fixture.ts'

const { directory, run } = useDirectory()

describe('arguments', () => {
  it.each([
    [[]],
    [['chekc']],
    [['toString']],
    [['generate', 'A', 'B']],
    [['generate', '--unknown']],
    [['generate', '--env-file']],
    [['generate', '--print=yes']],
    [['generate', '--print', '--env-file', 'x']],
    [['generate', '--env-file', '--print']],
    [['rotate']],
    [['rotate', 'A', 'B']],
    [['rotate', 'A', '--print']],
    [['rotate', 'A-B']],
    [['rotate', 'A_PREVIOUS']],
    [['keys']],
    [['keys', 'toString']],
    [['keys', 'show']],
    [['keys', 'show', 'a', 'b']],
    [['keys', 'list', 'a']],
    [['keys', 'list', '--grace', '1']],
    [['keys', 'create', '--owner', 'o', '--name', 'n']],
    [['keys', 'rotate', 'x', '--grace', '1h']],
    [['keys', 'usage', 'x', '--days', '1', '--hours', '1']],
    [['keys', 'create', '--prefix', 'p', '--owner', 'o', '--name', 'n', '--expires', 'soon']],
  ])('are refused in one line that names the help: %j', async (args) => {
    const { exitCode, printed, said } = await run(...args)
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' })
    expect(said).toMatch(/^routekey: [^\n]+ See: routekey [a-z ]*--help\n$/)
    expect(readdirSync(directory())).toEqual([])
  })

  it.each([
    [['--help'], 'Commands:'],
    [['-h'], 'Commands:'],
    [['generate', '--help'], '--env-file <file>'],
    [['rotate', '-h'], '--finish'],
    [['keys', '--help'], 'usage <id>'],
    [['keys', 'create', '--help'], '--pepper-variable <name>'],
    [['help', 'check-secret'], '--environment'],
    [['check', '--help'], 'It is a part of'],
    [['--version'], '0.1.0'],
  ])('print help to stdout: %j', async (args, text) => {
    const { exitCode, printed, said } = await run(...args)
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
    expect(printed).toContain(text)
    expect(readdirSync(directory())).toEqual([])
  })

  it('help names every command', async () => {
    const { printed } = await run('--help')
    const commands = printed.slice(printed.indexOf('Commands:'), printed.indexOf('Results go'))
    const names = [...commands.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name)
    expect(names).toEqual(['generate', 'rotate', 'check-secret', 'check', 'audit', 'keys', 'sql', 'help'])
  })
})
