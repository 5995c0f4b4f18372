import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { describe, expect, it, vi } from 'vitest'

import { parseKey } from '../../key/parse-key.ts'
import { useDirectory } from '../cli-fixture.ts'

const { at, directory, read, run, write } = useDirectory()

const secretIn = (text: string, name = 'API_ROUTE_SECRET') => parseEnv(text)[name] ?? ''

describe('generate', () => {
  it('creates a file that only its owner can read, with API_ROUTE_SECRET of 256 random bits', async () => {
    const { exitCode, printed, said } = await run('generate')
    expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: '' })
    expect(statSync(at()).mode & 0o777).toBe(0o600)
    const secret = secretIn(read())
    expect(read()).toBe(`API_ROUTE_SECRET=${secret}\n`)
    expect(parseKey(secret)?.random).toHaveLength(43)
    expect(said).toContain('.env.local')
    expect(said).not.toContain(secret)
    expect(readdirSync(directory())).toEqual(['.env.local'])
  })

  it('generates another secret each time', async () => {
    const runs = await Promise.all(Array.from({ length: 50 }, () => run('generate', '--print')))
    const secrets = new Set(runs.map(({ printed }) => printed))
    expect(secrets.size).toBe(50)
  })

  it('prints only the secret and writes no file with --print', async () => {
    const { exitCode, printed, said } = await run('generate', 'CRON_SECRET', '--print')
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
    expect(parseKey(printed.trimEnd())).not.toBeNull()
    expect(printed.endsWith('\n')).toBe(true)
    expect(readdirSync(directory())).toEqual([])
  })

  it('writes another name to another file', async () => {
    mkdirSync(at('config'))
    expect((await run('generate', 'CRON_SECRET', '--env-file', 'config/.env')).exitCode).toBe(0)
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
    ['after a byte order mark', '\u00ef\u00bb\u00bfAPI_ROUTE_SECRET=x\n'],
    ['a byte that is not an ASCII space', 'API_ROUTE_SECRET=\u00a0\n'],
    ['quoted white space', 'API_ROUTE_SECRET=" "\n'],
  ])('never replaces a value, %s', async (_name, text) => {
    write(text)
    const { exitCode, said, printed } = await run('generate')
    expect(exitCode).toBe(1)
    expect(said).toContain('already has a value for API_ROUTE_SECRET')
    expect(said).toContain('npx routekey rotate API_ROUTE_SECRET')
    expect(printed).toBe('')
    expect(read()).toBe(text)
    expect(readdirSync(directory())).toEqual(['.env.local'])
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
    [
      'a name that only starts in the same way',
      'API_ROUTE_SECRET_X=1\n',
      'API_ROUTE_SECRET_X=1\nAPI_ROUTE_SECRET=<>\n',
    ],
    [
      'a name that only ends in the same way',
      'MY_API_ROUTE_SECRET=1\n',
      'MY_API_ROUTE_SECRET=1\nAPI_ROUTE_SECRET=<>\n',
    ],
    [
      'the name inside a quoted value',
      'K="a\nAPI_ROUTE_SECRET=x\nb"\n',
      'K="a\nAPI_ROUTE_SECRET=x\nb"\nAPI_ROUTE_SECRET=<>\n',
    ],
    ['bytes that are not UTF-8', 'A=\u00ff\u0000\u0080\n', 'A=\u00ff\u0000\u0080\nAPI_ROUTE_SECRET=<>\n'],
  ])('fills in or adds a value and keeps every other byte: %s', async (_name, text, expected) => {
    write(text)
    expect((await run('generate')).exitCode).toBe(0)
    const secret = /rk_\w+/.exec(read())?.[0] ?? ''
    expect(parseKey(secret)).not.toBeNull()
    expect(read().replace(secret, '<>')).toBe(expected)
  })

  it('refuses a name that the file sets twice', async () => {
    write('API_ROUTE_SECRET=\nAPI_ROUTE_SECRET=\n')
    const { exitCode, said } = await run('generate')
    expect(exitCode).toBe(2)
    expect(said).toContain('sets API_ROUTE_SECRET 2 times')
    expect(read()).toBe('API_ROUTE_SECRET=\nAPI_ROUTE_SECRET=\n')
  })

  it.each([
    'lower-case',
    '1SECRET',
    'A B',
    'A=B',
    'A\nB',
    '',
    'É',
    'NEXT_PUBLIC_SECRET',
    'VITE_SECRET',
    'VUE_APP_SECRET',
    'NG_APP_SECRET',
    'STORYBOOK_SECRET',
    'X_PREVIOUS',
  ])('refuses the name %j', async (name) => {
    expect((await run('generate', name)).exitCode).toBe(2)
    expect(await run('generate', name, '--print')).toMatchObject({ exitCode: 2, printed: '' })
    expect(readdirSync(directory())).toEqual([])
  })
})

describe('a secret of a webhook', () => {
  it.each([['PARTNER_WEBHOOK_SECRET'], ['HOOK'], ['SIGNING', '--webhook']])('is generated for %s', async (...args) => {
    const { printed } = await run('generate', ...args, '--print')
    expect(printed).toMatch(/^whsec_[\w+/]{43}=\n$/)
    expect((await run('generate', ...args)).exitCode).toBe(0)
    expect((await run('check', ...args)).printed).toContain('a webhook secret of 256 bits')
  })
})

describe('the file of generate', () => {
  it('keeps its mode, with a warning if others can read it', async () => {
    write('A=1\n')
    chmodSync(at(), 0o644)
    const { exitCode, said } = await run('generate')
    expect(exitCode).toBe(0)
    expect(statSync(at()).mode & 0o777).toBe(0o644)
    expect(said).toContain('chmod 600 .env.local')
  })

  it('is edited where a link leads to it', async () => {
    mkdirSync(at('elsewhere'))
    write('A=1\n', 'elsewhere/env')
    symlinkSync('elsewhere/env', at())
    expect((await run('generate')).exitCode).toBe(0)
    expect(lstatSync(at()).isSymbolicLink()).toBe(true)
    expect(secretIn(read('elsewhere/env'))).not.toBe('')
    expect(readdirSync(at('elsewhere'))).toEqual(['env'])
    expect((await run('generate', 'B_SECRET')).said).toContain('.env.local is a link. The secret is in elsewhere/env.')
  })

  it.each([
    ['a dangling link', () => symlinkSync('nowhere', at()), 'a link to a file that does not exist'],
    ['a directory', () => mkdirSync(at()), 'is not a file'],
    ['a link to a device', () => symlinkSync('/dev/null', at()), 'is not a file'],
    ['a named pipe', () => spawnSync('mkfifo', [at()]), 'is not a file'],
  ])('is refused when it is %s', async (_name, prepare, message) => {
    prepare()
    const { exitCode, said } = await run('generate')
    expect(exitCode).toBe(2)
    expect(said).toContain(message)
    expect(readdirSync(directory())).toEqual(['.env.local'])
  })

  it('is not edited while another command edits it, and keeps the lock of that command', async () => {
    write('A=1\n')
    write('', '.env.local.lock')
    const { exitCode, said } = await run('generate')
    expect(exitCode).toBe(1)
    expect(said).toContain(`delete ${at('.env.local.lock')}`)
    expect(read()).toBe('A=1\n')
    expect(readdirSync(directory())).toEqual(['.env.local', '.env.local.lock'])
  })

  it('is refused in one line if its directory does not exist', async () => {
    const { exitCode, said } = await run('generate', '--env-file', 'nowhere/.env')
    expect(exitCode).toBe(2)
    expect(said).toBe(
      `routekey: The directory ${at('nowhere')} does not exist. Create it first. See: routekey generate --help\n`,
    )
  })

  it('causes a warning if git does not ignore the file that a link leads to', async () => {
    expect(spawnSync('git', ['init', '--quiet'], { cwd: directory() }).status).toBe(0)
    write('.env.local\n', '.gitignore')
    write('', 'shared.env')
    symlinkSync('shared.env', at())
    expect((await run('generate')).said).toContain('git does not ignore shared.env')
  })

  it('has its name quoted for the shell in suggested commands', async () => {
    const name = "my $(touch x) 'file'"
    write(`A_SECRET=${'x'.repeat(8)}\n`, name)
    chmodSync(at(name), 0o644)
    const suggested = String.raw`'my $(touch x) '\''file'\'''`
    expect((await run('generate', 'A_SECRET', '--env-file', name)).said).toContain(`--env-file ${suggested}`)
    expect((await run('generate', 'B_SECRET', '--env-file', name)).said).toContain(`chmod 600 ${suggested}`)
  })

  // Only root can give a file away.
  it.runIf(process.getuid?.() === 0)('is edited by root for its owner, and refused to anyone else', async () => {
    write('A=1\n')
    chownSync(at(), 1234, 1234)
    const { exitCode, said } = await run('generate')
    expect({ exitCode, owner: statSync(at()).uid }).toEqual({ exitCode: 0, owner: 1234 })
    expect(said).toContain('belongs to another user (1234)')
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(4321)
    try {
      const before = read()
      expect(await run('generate', 'B_SECRET')).toMatchObject({
        exitCode: 2,
        said: expect.stringContaining('another user'),
      })
      expect(read()).toBe(before)
    } finally {
      getuid.mockRestore()
    }
  })

  it.each([
    ['', true],
    ['.env.local\n', false],
  ])('causes a warning if git does not ignore it (.gitignore: %j)', async (ignored, isWarned) => {
    expect(spawnSync('git', ['init', '--quiet'], { cwd: directory() }).status).toBe(0)
    write(ignored, '.gitignore')
    const { exitCode, said } = await run('generate')
    expect(exitCode).toBe(0)
    expect(said.includes('git does not ignore .env.local')).toBe(isWarned)
  })
})
