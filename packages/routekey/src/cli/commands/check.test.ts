import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { main } from '../main.ts'

const strong = 'f3b1c9d07a6e45829c0d1e2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'routekey-check-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const write = (text: string, name = '.env.local') => writeFileSync(join(directory, name), text, { mode: 0o600 })

async function routekey(args: readonly string[], env: Record<string, string> = {}) {
  let printed = ''
  let said = ''
  const terminal = {
    env,
    cwd: directory,
    print: (text: string) => (printed += text),
    say: (text: string) => (said += text),
  }
  return { exitCode: await main(['check', ...args], terminal), printed, said }
}

describe('check', () => {
  it('finds a good secret fit, and does not show it', async () => {
    write(`API_ROUTE_SECRET="${strong}"\n`)
    const { exitCode, printed, said } = await routekey([])
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
    expect(printed).toMatch(/^API_ROUTE_SECRET: fit, about \d{3} bits\n$/)
  })

  it.each([
    ['unset', 'OTHER=x\n', 'unset or empty'],
    ['empty', 'API_ROUTE_SECRET=\n', 'unset or empty'],
    ['weak', 'API_ROUTE_SECRET=changeme\n', 'fewer than 128 bits'],
    ['broken by a space', `API_ROUTE_SECRET="${strong} ${strong}"\n`, 'a header cannot carry'],
  ])('exits with 1 when it is %s, and says how to mend it', async (_case, text, meaning) => {
    write(text)
    const { exitCode, printed, said } = await routekey([])
    expect(exitCode).toBe(1)
    expect(printed).toContain(meaning)
    expect(printed).toContain('npx routekey generate API_ROUTE_SECRET')
    expect(said).toContain('one secret is not fit')
    expect(printed + said).not.toContain(strong.slice(0, 8))
  })

  it('looks at several, and at the former ones', async () => {
    write(`A_SECRET=${strong}\nA_SECRET_PREVIOUS=${strong}0\nB_SECRET=${strong}\nB_SECRET_PREVIOUS=old\n`)
    const { exitCode, printed } = await routekey(['A_SECRET', 'B_SECRET', 'C_SECRET'])
    expect(exitCode).toBe(1)
    expect(printed.split('\n')).toEqual([
      expect.stringMatching(/^A_SECRET: fit, about \d{3} bits$/),
      'A_SECRET_PREVIOUS: passes too, until the rotation is finished',
      expect.stringMatching(/^B_SECRET: fit/),
      'B_SECRET_PREVIOUS: not fit, and ignored; remove it',
      expect.stringMatching(/^C_SECRET: .*unset/),
      '',
    ])
  })

  it('looks into another file, or at the environment of the process', async () => {
    write(`API_ROUTE_SECRET=${strong}\n`, 'other.env')
    expect((await routekey(['--env-file', 'other.env'])).exitCode).toBe(0)
    expect((await routekey(['--environment'], { API_ROUTE_SECRET: strong })).exitCode).toBe(0)
    expect((await routekey(['--environment'])).exitCode).toBe(1)
    expect((await routekey(['--environment', '--env-file', 'other.env'])).exitCode).toBe(2)
  })

  it('writes nothing, and says when there is no file', async () => {
    const { exitCode, said } = await routekey([])
    expect(exitCode).toBe(1)
    expect(said).toContain('there is no .env.local')
    expect(readdirSync(directory)).toEqual([])
  })

  it('warns when others can read the file', async () => {
    write(`API_ROUTE_SECRET=${strong}\n`)
    chmodSync(join(directory, '.env.local'), 0o644)
    const { exitCode, said } = await routekey([])
    expect(exitCode).toBe(0)
    expect(said).toContain('chmod 600 .env.local')
  })

  it('refuses a name that is given twice in the file, and names that hold no current secret', async () => {
    write(`API_ROUTE_SECRET=${strong}\nAPI_ROUTE_SECRET=changeme\n`)
    expect((await routekey([])).exitCode).toBe(1)
    for (const name of ['A_SECRET_PREVIOUS', 'NEXT_PUBLIC_SECRET', 'a-b']) {
      // oxlint-disable-next-line no-await-in-loop -- one command after the other
      expect((await routekey([name])).exitCode).toBe(2)
    }
  })
})
