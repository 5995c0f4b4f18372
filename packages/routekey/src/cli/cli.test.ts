import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { parseKey } from '../key/parse-key.ts'
import { main } from './main.ts'

const strong = 'f3b1c9d07a6e45829c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'routekey-cli-'))
})
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true })
})

const at = (name = '.env.local') => join(directory, name)
const read = (name?: string) => readFileSync(at(name), 'latin1')
const write = (text: string, name?: string) => writeFileSync(at(name), text, { encoding: 'latin1', mode: 0o600 })

async function routekey(...args: string[]) {
  let printed = ''
  let said = ''
  const exitCode = await main(args, {
    env: {},
    cwd: directory,
    print: (text) => (printed += text),
    say: (text) => (said += `${text}\n`),
  })
  return { exitCode, printed, said }
}

const secretIn = (text: string, name = 'API_ROUTE_SECRET') => parseEnv(text)[name] ?? ''

describe('generate', () => {
  it('creates the file for its owner alone, with API_ROUTE_SECRET of 256 random bits', async () => {
    const { exitCode, printed, said } = await routekey('generate')
    expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: '' })
    expect(statSync(at()).mode & 0o777).toBe(0o600)
    const secret = secretIn(read())
    expect(read()).toBe(`API_ROUTE_SECRET=${secret}\n`)
    expect(parseKey(secret)?.random).toHaveLength(43)
    expect(said).toContain('.env.local')
    expect(said).not.toContain(secret)
    expect(readdirSync(directory)).toEqual(['.env.local'])
  })

  it('makes another secret each time', async () => {
    const runs = await Promise.all(Array.from({ length: 50 }, () => routekey('generate', '--print')))
    const secrets = new Set(runs.map(({ printed }) => printed))
    expect(secrets.size).toBe(50)
  })

  it('prints the secret alone and writes nothing with --print', async () => {
    const { exitCode, printed, said } = await routekey('generate', 'CRON_SECRET', '--print')
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
    expect(parseKey(printed.trimEnd())).not.toBeNull()
    expect(printed.endsWith('\n')).toBe(true)
    expect(readdirSync(directory)).toEqual([])
  })

  it('writes another name to another file', async () => {
    mkdirSync(at('config'))
    expect((await routekey('generate', 'CRON_SECRET', '--env-file', 'config/.env')).exitCode).toBe(0)
    expect(parseKey(secretIn(read('config/.env'), 'CRON_SECRET'))).not.toBeNull()
    expect(existsSync(at())).toBe(false)
  })

  it.each([
    ['plain', 'API_ROUTE_SECRET=x\n'],
    ['exported', 'export API_ROUTE_SECRET=x\n'],
    ['quoted', 'API_ROUTE_SECRET="x"\n'],
    ['with spaces', '  API_ROUTE_SECRET = x\n'],
    ['with a colon', 'API_ROUTE_SECRET: x\n'],
    ['over two lines', 'API_ROUTE_SECRET="x\ny"\n'],
    ['behind a byte order mark', '\u00ef\u00bb\u00bfAPI_ROUTE_SECRET=x\n'],
    ['of a byte that is no ASCII space', 'API_ROUTE_SECRET=\u00a0\n'],
    ['of quoted white space', 'API_ROUTE_SECRET=" "\n'],
  ])('never replaces a value, %s', async (_name, text) => {
    write(text)
    const { exitCode, said, printed } = await routekey('generate')
    expect(exitCode).toBe(1)
    expect(said).toContain('already has a value for API_ROUTE_SECRET')
    expect(said).toContain('npx routekey rotate API_ROUTE_SECRET')
    expect(printed).toBe('')
    expect(read()).toBe(text)
    expect(readdirSync(directory)).toEqual(['.env.local'])
  })

  it.each([
    ['an empty value', 'A=1\nAPI_ROUTE_SECRET=\nB=2\n', 'A=1\nAPI_ROUTE_SECRET=<>\nB=2\n'],
    ['an empty last line', 'A=1\nAPI_ROUTE_SECRET=', 'A=1\nAPI_ROUTE_SECRET=<>'],
    ['CRLF', 'API_ROUTE_SECRET=\r\nB=2\r\n', 'API_ROUTE_SECRET=<>\r\nB=2\r\n'],
    ['export', 'export API_ROUTE_SECRET=\n', 'export API_ROUTE_SECRET=<>\n'],
    ['double quotes', 'API_ROUTE_SECRET=""\n', 'API_ROUTE_SECRET="<>"\n'],
    ['single quotes', "API_ROUTE_SECRET = '' # here\n", "API_ROUTE_SECRET = '<>' # here\n"],
    ['a comment', 'API_ROUTE_SECRET= # here\n', 'API_ROUTE_SECRET=<> # here\n'],
    ['a comment without a space', 'API_ROUTE_SECRET=# here\n', 'API_ROUTE_SECRET=<> # here\n'],
    ['a colon', 'API_ROUTE_SECRET: \n', 'API_ROUTE_SECRET: <> \n'],
    ['no such line', 'A=1\n', 'A=1\nAPI_ROUTE_SECRET=<>\n'],
    ['no line break at the end', 'A=1', 'A=1\nAPI_ROUTE_SECRET=<>'],
    ['CRLF and no such line', 'A=1\r\n', 'A=1\r\nAPI_ROUTE_SECRET=<>\r\n'],
    ['an empty file', '', 'API_ROUTE_SECRET=<>\n'],
    ['a commented line', '# API_ROUTE_SECRET=old\n', '# API_ROUTE_SECRET=old\nAPI_ROUTE_SECRET=<>\n'],
    ['a name that only starts alike', 'API_ROUTE_SECRET_X=1\n', 'API_ROUTE_SECRET_X=1\nAPI_ROUTE_SECRET=<>\n'],
    ['a name that only ends alike', 'MY_API_ROUTE_SECRET=1\n', 'MY_API_ROUTE_SECRET=1\nAPI_ROUTE_SECRET=<>\n'],
    [
      'the name inside a quoted value',
      'K="a\nAPI_ROUTE_SECRET=x\nb"\n',
      'K="a\nAPI_ROUTE_SECRET=x\nb"\nAPI_ROUTE_SECRET=<>\n',
    ],
    ['bytes that are no UTF-8', 'A=\u00ff\u0000\u0080\n', 'A=\u00ff\u0000\u0080\nAPI_ROUTE_SECRET=<>\n'],
  ])('fills or adds a value and keeps every other byte: %s', async (_name, text, expected) => {
    write(text)
    expect((await routekey('generate')).exitCode).toBe(0)
    const secret = /rk_\w+/.exec(read())?.[0] ?? ''
    expect(parseKey(secret)).not.toBeNull()
    expect(read().replace(secret, '<>')).toBe(expected)
  })

  it('refuses a name that is set twice', async () => {
    write('API_ROUTE_SECRET=\nAPI_ROUTE_SECRET=\n')
    const { exitCode, said } = await routekey('generate')
    expect(exitCode).toBe(1)
    expect(said).toContain('sets API_ROUTE_SECRET 2 times')
    expect(read()).toBe('API_ROUTE_SECRET=\nAPI_ROUTE_SECRET=\n')
  })

  it.each(['lower-case', '1SECRET', 'A B', 'A=B', 'A\nB', '', 'É', 'NEXT_PUBLIC_SECRET', 'VITE_SECRET', 'X_PREVIOUS'])(
    'refuses the name %j',
    async (name) => {
      expect((await routekey('generate', name)).exitCode).toBe(2)
      expect(await routekey('generate', name, '--print')).toMatchObject({ exitCode: 2, printed: '' })
      expect(readdirSync(directory)).toEqual([])
    },
  )
})

describe('the file', () => {
  it('keeps its mode, and the person is warned when others can read it', async () => {
    write('A=1\n')
    chmodSync(at(), 0o644)
    const { exitCode, said } = await routekey('generate')
    expect(exitCode).toBe(0)
    expect(statSync(at()).mode & 0o777).toBe(0o644)
    expect(said).toContain('chmod 600 .env.local')
  })

  it('stays behind its link', async () => {
    mkdirSync(at('elsewhere'))
    write('A=1\n', 'elsewhere/env')
    symlinkSync('elsewhere/env', at())
    expect((await routekey('generate')).exitCode).toBe(0)
    expect(lstatSync(at()).isSymbolicLink()).toBe(true)
    expect(secretIn(read('elsewhere/env'))).not.toBe('')
    expect(readdirSync(at('elsewhere'))).toEqual(['env'])
  })

  it.each([
    ['a dangling link', () => symlinkSync('nowhere', at()), 'a link to a file that does not exist'],
    ['a directory', () => mkdirSync(at()), 'is not a file'],
    ['a link to a device', () => symlinkSync('/dev/null', at()), 'is not a file'],
  ])('is refused when it is %s', async (_name, prepare, message) => {
    prepare()
    const { exitCode, said } = await routekey('generate')
    expect(exitCode).toBe(1)
    expect(said).toContain(message)
    expect(readdirSync(directory)).toEqual(['.env.local'])
  })

  it('is refused while another command is at work, whose lock stays', async () => {
    write('A=1\n')
    write('', '.env.local.lock')
    const { exitCode, said } = await routekey('generate')
    expect(exitCode).toBe(1)
    expect(said).toContain('.env.local.lock')
    expect(read()).toBe('A=1\n')
    expect(readdirSync(directory)).toEqual(['.env.local', '.env.local.lock'])
  })

  it('is reported in one line when its directory is missing', async () => {
    const { exitCode, said } = await routekey('generate', '--env-file', 'nowhere/.env')
    expect(exitCode).toBe(1)
    expect(said).toBe(`routekey: there is no directory ${at('nowhere')}; make it, and try again\n`)
  })

  it.each([
    ['', true],
    ['.env.local\n', false],
  ])('brings a warning when git does not ignore it (.gitignore: %j)', async (ignored, isWarned) => {
    expect(spawnSync('git', ['init', '--quiet'], { cwd: directory }).status).toBe(0)
    write(ignored, '.gitignore')
    const { exitCode, said } = await routekey('generate')
    expect(exitCode).toBe(0)
    expect(said.includes('git does not ignore .env.local')).toBe(isWarned)
  })
})

describe('rotate', () => {
  it('keeps the current value as the previous one', async () => {
    write(`A=1\nAPI_ROUTE_SECRET=${strong}\nB=2\n`)
    const { exitCode, printed, said } = await routekey('rotate', 'API_ROUTE_SECRET')
    expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: '' })
    const secret = secretIn(read())
    expect(parseKey(secret)?.random).toHaveLength(43)
    expect(read()).toBe(`A=1\nAPI_ROUTE_SECRET=${secret}\nAPI_ROUTE_SECRET_PREVIOUS=${strong}\nB=2\n`)
    expect(said).toContain('npx routekey rotate API_ROUTE_SECRET --finish')
    expect(said).not.toContain(secret)
    expect(said).not.toContain(strong)
  })

  it.each([
    ['quotes and export', `export S="${strong}" # why\r\n`, `export S="<>" # why\r\nexport S_PREVIOUS="${strong}"\r\n`],
    ['no line break at the end', `S=${strong}`, `S=<>\nS_PREVIOUS=${strong}`],
    ['an empty previous line below', `S=${strong}\n\nS_PREVIOUS= # old\n`, `S=<>\n\nS_PREVIOUS=${strong} # old\n`],
    ['an empty previous line above', `S_PREVIOUS=""\nS='${strong}'\n`, `S_PREVIOUS='${strong}'\nS='<>'\n`],
    ['a byte A0 at the end', `S=${strong}\u00c3\u00a0\n`, `S=<>\nS_PREVIOUS=${strong}\u00c3\u00a0\n`],
  ])('keeps every other byte: %s', async (_name, text, expected) => {
    write(text)
    expect((await routekey('rotate', 'S')).exitCode).toBe(0)
    expect(read().replace(/rk_\w+/, '<>')).toBe(expected)
  })

  it('says so when the former value is too weak to pass', async () => {
    write('S=changeme\n')
    const { exitCode, said } = await routekey('rotate', 'S')
    expect(exitCode).toBe(0)
    expect(said).toContain('too weak')
    expect(read()).toMatch(/^S=rk_\w{49}\nS_PREVIOUS=changeme\n$/)
  })

  it.each([
    ['the file is missing', null],
    ['the name is missing', 'A=1\n'],
    ['the value is empty', 'S=\n'],
    ['a rotation is under way', `S=${strong}\nS_PREVIOUS=x\n`],
    ['the name is set twice', `S=${strong}\nS=${strong}\n`],
    ['the previous name is set twice', `S=${strong}\nS_PREVIOUS=\nS_PREVIOUS=\n`],
  ])('changes nothing when %s', async (_name, text) => {
    if (text !== null) write(text)
    const { exitCode, said, printed } = await routekey('rotate', 'S')
    expect({ exitCode, printed }).toEqual({ exitCode: 1, printed: '' })
    expect(said).not.toContain(strong)
    expect(existsSync(at()) ? read() : null).toBe(text)
    expect(existsSync(at('.env.local.lock'))).toBe(false)
  })

  it.each([`S=${strong}\nB=2\n`, `A=1\r\nS=${strong}\r\n`, `S=${strong}`, `A=1\nexport S='${strong}' # why`])(
    'leaves only the value changed once it is finished: %j',
    async (text) => {
      write(text)
      expect((await routekey('rotate', 'S')).exitCode).toBe(0)
      expect((await routekey('rotate', 'S', '--finish')).exitCode).toBe(0)
      expect(read().replace(/rk_\w+/, strong)).toBe(text)
      expect(read()).not.toContain(strong)
      expect((await routekey('rotate', 'S')).exitCode).toBe(0)
    },
  )

  it('has nothing to finish where there is no previous value', async () => {
    write(`S=${strong}\n`)
    expect(await routekey('rotate', 'S', '--finish')).toMatchObject({ exitCode: 0, printed: '' })
    expect(read()).toBe(`S=${strong}\n`)
    rmSync(at())
    expect((await routekey('rotate', 'S', '--finish')).exitCode).toBe(0)
    expect(readdirSync(directory)).toEqual([])
  })

  it('does not finish where the former value is the only one', async () => {
    write(`S=\nS_PREVIOUS=${strong}\n`)
    expect((await routekey('rotate', 'S', '--finish')).exitCode).toBe(1)
    expect(read()).toBe(`S=\nS_PREVIOUS=${strong}\n`)
  })

  it('suggests the command for the same file', async () => {
    write(`S=${strong}\n`, '.env')
    expect((await routekey('rotate', 'S', '--env-file', '.env')).said).toContain(
      'npx routekey rotate S --finish --env-file .env',
    )
  })
})

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
  ])('are refused: %j', async (args) => {
    const { exitCode, printed, said } = await routekey(...args)
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' })
    expect(said).toContain('routekey --help')
    expect(readdirSync(directory)).toEqual([])
  })

  it.each([
    [['--help'], 'Commands:'],
    [['-h'], 'Commands:'],
    [['generate', '--help'], '--env-file FILE'],
    [['rotate', '-h'], '--finish'],
    [['keys', '--help'], '--pepper-variable NAME'],
    [['--version'], '0.1.0'],
  ])('%j are answered on standard output', async (args, text) => {
    const { exitCode, printed, said } = await routekey(...args)
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
    expect(printed).toContain(text)
    expect(readdirSync(directory)).toEqual([])
  })

  it('name every command', async () => {
    const { printed } = await routekey('--help')
    expect([...printed.matchAll(/^  (\w+) [<[A-Z]/gm)].map(([, name]) => name)).toEqual([
      'generate',
      'rotate',
      'check',
      'audit',
      'keys',
      'routekey',
    ])
  })
})
