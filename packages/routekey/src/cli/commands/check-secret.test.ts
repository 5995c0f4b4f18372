import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { runIn, strongSecret, useDirectory } from '../cli-fixture.ts'
import { generateWebhookSecret } from '../../webhooks/webhook-secret.ts'

const { at, directory, write } = useDirectory()

const check = (args: readonly string[], env: Record<string, string> = {}) =>
  runIn(directory(), ['check-secret', ...args], env)

describe('check-secret', () => {
  it('accepts a strong secret, and does not show it', async () => {
    write(`API_ROUTE_SECRET="${strongSecret}"\n`)
    const { exitCode, printed, said } = await check([])
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: '' })
    expect(printed).toMatch(/^API_ROUTE_SECRET: strong, about \d{3} bits\n$/)
  })

  it.each([
    ['unset', 'OTHER=x\n', 'unset or empty'],
    ['empty', 'API_ROUTE_SECRET=\n', 'unset or empty'],
    ['weak', 'API_ROUTE_SECRET=changeme\n', 'too easy to guess'],
    ['broken by a space', `API_ROUTE_SECRET="${strongSecret} ${strongSecret}"\n`, 'not sendable in a header'],
  ])('exits with 1 for a secret that is %s, and says how to fix it', async (_case, text, meaning) => {
    write(text)
    const { exitCode, printed, said } = await check([])
    expect(exitCode).toBe(1)
    expect(printed).toContain(meaning)
    expect(printed).toContain('npx routekey generate API_ROUTE_SECRET')
    expect(said).toContain('1 of 1 secrets failed the check.')
    expect(printed + said).not.toContain(strongSecret.slice(0, 8))
  })

  it('checks several secrets and their former values', async () => {
    write(
      `A_SECRET=${strongSecret}\nA_SECRET_PREVIOUS=${strongSecret}0\nB_SECRET=${strongSecret}\nB_SECRET_PREVIOUS=old\n`,
    )
    const { exitCode, printed } = await check(['A_SECRET', 'B_SECRET', 'C_SECRET'])
    expect(exitCode).toBe(1)
    expect(printed.split('\n')).toEqual([
      expect.stringMatching(/^A_SECRET: strong, about \d{3} bits$/),
      'A_SECRET_PREVIOUS: also accepted, until the rotation is finished',
      expect.stringMatching(/^B_SECRET: strong/),
      'B_SECRET_PREVIOUS: too weak or malformed, so it is ignored. Remove it.',
      expect.stringMatching(/^C_SECRET: .*unset/),
      '',
    ])
  })

  it('checks another file, or the environment of the process', async () => {
    write(`API_ROUTE_SECRET=${strongSecret}\n`, 'other.env')
    expect((await check(['--env-file', 'other.env'])).exitCode).toBe(0)
    expect((await check(['--environment'], { API_ROUTE_SECRET: strongSecret })).exitCode).toBe(0)
    expect((await check(['--environment'])).exitCode).toBe(1)
    expect((await check(['--environment', '--env-file', 'other.env'])).exitCode).toBe(2)
  })

  it('says that the file is a directory, with exit code 2', async () => {
    const { exitCode, printed, said } = await check(['--env-file', '.'])
    expect([exitCode, printed]).toEqual([2, ''])
    expect(said).toMatch(/^routekey: [^\n]+\n$/)
  })

  it('judges the value that an application gets, and warns if the file shows another one', async () => {
    write('API_ROUTE_SECRET=kT9vQ2mZ7wX4pL8nB6rD3hJ5$mN5xyz\n')
    const cut = await check([])
    expect(cut).toMatchObject({ exitCode: 0, printed: expect.stringMatching(/about 14\d bits/) })
    expect(cut.said).toContain('Next.js expands $ in .env.local')
    write('API_ROUTE_SECRET=$kT9vQ2mZ7wX4pL8nB6rD3hJ5mN5xyz\n')
    expect(await check([])).toMatchObject({ exitCode: 1, printed: expect.stringContaining('unset or empty') })
  })

  it('reads the files of Next.js in their order, and judges both modes', async () => {
    write('API_ROUTE_SECRET=changeme\n', '.env')
    write(`API_ROUTE_SECRET=${strongSecret}\n`, '.env.production')
    const { exitCode, printed } = await check([])
    expect(exitCode).toBe(1)
    expect(printed).toMatch(
      /^API_ROUTE_SECRET: .*easy to guess.* \(development\)\nAPI_ROUTE_SECRET: strong.* \(production\)\n$/,
    )
    write(`API_ROUTE_SECRET=${strongSecret}\n`)
    expect((await check([])).printed).toMatch(/^API_ROUTE_SECRET: strong, about \d+ bits\n$/)
    expect((await check([], { API_ROUTE_SECRET: 'changeme' })).exitCode).toBe(1)
  })

  it('warns about quotes that Docker keeps, and about a line break at the end', async () => {
    write(`API_ROUTE_SECRET="${strongSecret}"\n`, 'docker.env')
    expect((await check(['--env-file', 'docker.env'])).said).toContain("Docker's --env-file keeps the quotes")
    const quoted = await check(['--environment'], { API_ROUTE_SECRET: `"${strongSecret}"` })
    expect(quoted.said).toContain('has quotes around it')
    const broken = await check(['--environment'], { API_ROUTE_SECRET: `${strongSecret}\n` })
    expect(broken).toMatchObject({ exitCode: 1, said: expect.stringContaining('ends with a line break') })
  })

  it('judges the secrets of webhooks by their own rules', async () => {
    const webhook = generateWebhookSecret()
    const env = {
      A: webhook,
      B: `v1,${webhook}|v1,${webhook}`,
      C_WEBHOOK: `polar_${strongSecret}`,
      D_HOOK: 'changeme',
      E: 'whsec_short',
    }
    const { exitCode, printed } = await check(['--environment', ...Object.keys(env)], env)
    expect(exitCode).toBe(1)
    expect(printed.split('\n')).toEqual([
      'A: a webhook secret of 256 bits',
      'B: a webhook secret of 256 bits',
      expect.stringMatching(/^C_WEBHOOK: strong, .* it needs secretEncoding: 'utf8'$/),
      expect.stringMatching(/^D_HOOK: The secret is not 24 to 64 bytes/),
      expect.stringMatching(/^E: The secret is not 24 to 64 bytes/),
      '',
    ])
  })

  it('does not wait for the writer of a named pipe', async () => {
    expect(spawnSync('mkfifo', [at()]).status).toBe(0)
    expect(await check([])).toMatchObject({ exitCode: 2, said: expect.stringContaining('not a regular file') })
    expect((await runIn(directory(), ['keys', 'list'])).exitCode).toBe(2)
  })

  it('says that the file does not exist, and creates none', async () => {
    const { exitCode, said } = await check([])
    expect(exitCode).toBe(1)
    expect(said).toContain('.env.local does not exist. Create it: npx routekey generate')
    expect(readdirSync(directory())).toEqual([])
  })

  it('warns if others can read the file', async () => {
    write(`API_ROUTE_SECRET=${strongSecret}\n`)
    chmodSync(at(), 0o644)
    const { exitCode, said } = await check([])
    expect(exitCode).toBe(0)
    expect(said).toContain('chmod 600 .env.local')
  })

  it('refuses a name that the file sets twice, and names that cannot hold a current secret', async () => {
    write(`API_ROUTE_SECRET=${strongSecret}\nAPI_ROUTE_SECRET=changeme\n`)
    expect((await check([])).exitCode).toBe(2)
    for (const name of ['A_SECRET_PREVIOUS', 'NEXT_PUBLIC_SECRET', 'a-b']) {
      // oxlint-disable-next-line no-await-in-loop -- one command after the other
      expect((await check([name])).exitCode).toBe(2)
    }
  })
})
