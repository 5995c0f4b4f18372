import { existsSync, readdirSync, rmSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { parseAssignments } from '@routekey/command-line/env-file'
import { envFileLines, envFileText } from '@routekey/command-line/testing'
import { parse as parseDotenv } from 'dotenv'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseKey } from '../../key/parse-key.ts'
import { strongSecret, useDirectory } from '../cli-fixture.ts'
import { addSecret } from './generate.ts'
import { finishRotation, rotateSecret } from './rotate.ts'
import { generateWebhookSecret } from '../../webhooks/webhook-secret.ts'

const { at, directory, read, run, write } = useDirectory()

const secretIn = (text: string, name = 'API_ROUTE_SECRET') => parseEnv(text)[name] ?? ''

describe('rotate', () => {
  it('keeps the current value as the previous one', async () => {
    write(`A=1\nAPI_ROUTE_SECRET=${strongSecret}\nB=2\n`)
    const { exitCode, printed, said } = await run('rotate', 'API_ROUTE_SECRET')
    expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: '' })
    const secret = secretIn(read())
    expect(parseKey(secret)?.random).toHaveLength(43)
    expect(read()).toBe(`A=1\nAPI_ROUTE_SECRET=${secret}\nAPI_ROUTE_SECRET_PREVIOUS=${strongSecret}\nB=2\n`)
    expect(said).toContain('npx routekey rotate API_ROUTE_SECRET --finish')
    expect(said).not.toContain(secret)
    expect(said).not.toContain(strongSecret)
  })

  it.each([
    [
      'quotes and export',
      `export S="${strongSecret}" # why\r\n`,
      `export S="<>" # why\r\nexport S_PREVIOUS="${strongSecret}"\r\n`,
    ],
    ['no line break at the end', `S=${strongSecret}`, `S=<>\nS_PREVIOUS=${strongSecret}`],
    [
      'an empty previous line below',
      `S=${strongSecret}\n\nS_PREVIOUS= # old\n`,
      `S=<>\n\nS_PREVIOUS=${strongSecret} # old\n`,
    ],
    ['an empty previous line above', `S_PREVIOUS=""\nS='${strongSecret}'\n`, `S_PREVIOUS='${strongSecret}'\nS='<>'\n`],
    ['a byte A0 at the end', `S=${strongSecret}\u00c3\u00a0\n`, `S=<>\nS_PREVIOUS=${strongSecret}\u00c3\u00a0\n`],
  ])('keeps every other byte: %s', async (_name, text, expected) => {
    write(text)
    expect((await run('rotate', 'S')).exitCode).toBe(0)
    expect(read().replace(/rk_\w+/, '<>')).toBe(expected)
  })

  it('says so if the former value is too weak to be accepted', async () => {
    write('S=changeme\n')
    const { exitCode, said } = await run('rotate', 'S')
    expect(exitCode).toBe(0)
    expect(said).toContain('too weak')
    expect(read()).toMatch(/^S=rk_\w{49}\nS_PREVIOUS=changeme\n$/)
  })

  it.each([
    ['the file does not exist', 1, null],
    ['the name is missing', 1, 'A=1\n'],
    ['the value is empty', 1, 'S=\n'],
    ['a rotation is under way', 1, `S=${strongSecret}\nS_PREVIOUS=x\n`],
    ['the name is set twice', 2, `S=${strongSecret}\nS=${strongSecret}\n`],
    ['the previous name is set twice', 2, `S=${strongSecret}\nS_PREVIOUS=\nS_PREVIOUS=\n`],
  ])('changes nothing if %s', async (_name, expected, text) => {
    if (text !== null) write(text)
    const { exitCode, said, printed } = await run('rotate', 'S')
    expect({ exitCode, printed }).toEqual({ exitCode: expected, printed: '' })
    expect(said).not.toContain(strongSecret)
    expect(existsSync(at()) ? read() : null).toBe(text)
    expect(existsSync(at('.env.local.lock'))).toBe(false)
  })

  it.each([
    `S=${strongSecret}\nB=2\n`,
    `A=1\r\nS=${strongSecret}\r\n`,
    `S=${strongSecret}`,
    `A=1\nexport S='${strongSecret}' # why`,
  ])('has changed only the value once it is finished: %j', async (text) => {
    write(text)
    expect((await run('rotate', 'S')).exitCode).toBe(0)
    expect((await run('rotate', 'S', '--finish')).exitCode).toBe(0)
    expect(read().replace(/rk_\w+/, strongSecret)).toBe(text)
    expect(read()).not.toContain(strongSecret)
    expect((await run('rotate', 'S')).exitCode).toBe(0)
  })

  it('has nothing to finish without a previous value', async () => {
    write(`S=${strongSecret}\n`)
    expect(await run('rotate', 'S', '--finish')).toMatchObject({ exitCode: 0, printed: '' })
    expect(read()).toBe(`S=${strongSecret}\n`)
    rmSync(at())
    expect((await run('rotate', 'S', '--finish')).exitCode).toBe(0)
    expect(readdirSync(directory())).toEqual([])
  })

  it('does not finish if the former value is the only one', async () => {
    write(`S=\nS_PREVIOUS=${strongSecret}\n`)
    expect((await run('rotate', 'S', '--finish')).exitCode).toBe(1)
    expect(read()).toBe(`S=\nS_PREVIOUS=${strongSecret}\n`)
  })

  const webhookSecret = generateWebhookSecret()

  it.each([
    ['PARTNER', webhookSecret, /^whsec_[\w+/]{43}=$/],
    ['PARTNER', `v1,${webhookSecret}`, /^v1,whsec_[\w+/]{43}=$/],
    ['PARTNER', `v1,${webhookSecret}|v1,${webhookSecret}`, /^v1,whsec_[\w+/]{43}=$/],
    ['PARTNER_WEBHOOK_SECRET', webhookSecret.slice(6), /^whsec_[\w+/]{43}=$/],
    ['PARTNER_WEBHOOK_SECRET', strongSecret, /^whsec_[\w+/]{43}=$/],
  ])('gives %s with the value %s a secret for signing', async (name, value, expected) => {
    write(`${name}=${value}\n`)
    const { exitCode, said } = await run('rotate', name)
    expect(exitCode).toBe(0)
    expect(secretIn(read(), name)).toMatch(expected)
    expect(secretIn(read(), `${name}_PREVIOUS`)).toBe(value)
    expect(said).toContain('The sender must sign with the new value')
    expect((await run('check', name)).exitCode).toBe(0)
  })

  it('gives a key a key, also if its name says webhook', async () => {
    write(`A_HOOK=rk_tsA4PVQMhmowWB5JEuNNu7g1IpaVUFKdUvje35XpVAX4CSPJs\n`)
    expect((await run('rotate', 'A_HOOK')).said).not.toContain('sender')
    expect(secretIn(read(), 'A_HOOK')).toMatch(/^rk_/)
  })

  it('suggests a command for the same file', async () => {
    write(`S=${strongSecret}\n`, '.env')
    expect((await run('rotate', 'S', '--env-file', '.env')).said).toContain(
      'npx routekey rotate S --finish --env-file .env',
    )
  })
})

describe('the text of a file', () => {
  const secret = 'rk_tsA4PVQMhmowWB5JEuNNu7g1IpaVUFKdUvje35XpVAX4CSPJs'
  const other = 'rk_MlwXoKP7PuEPKcKwov6Y2Zn5IR9X1DP9U2X8sIZcc5R2kfM8I'

  it('gets a secret that dotenv reads, and no other change', () => {
    fc.assert(
      fc.property(envFileText, (text) => {
        const edited = addSecret(text, 'S', secret, '.env')
        expect(parseDotenv(edited)).toEqual({ ...parseDotenv(text), S: secret })
        expect(edited.startsWith(text)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['', 'A=1\n', 'A="x\ny"\n', 'export A=1', '# c\r\nA=1\r\n'])(
    'gets a secret that Node.js reads: %j',
    (text) => {
      expect(parseEnv(addSecret(text, 'S', secret, '.env'))).toEqual({ ...parseEnv(text), S: secret })
    },
  )

  it('keeps both secrets during a rotation, and differs only in the value once it is finished', () => {
    const style = fc.constantFrom(`S=${secret}`, `export S="${secret}" # why`, `  S = '${secret}'`, `S: ${secret}`)
    fc.assert(
      fc.property(envFileLines, style, envFileLines, fc.constantFrom('\n', '\r\n'), (before, own, after, lineBreak) => {
        const text = [...before, own, ...after].join('\n').replaceAll('\n', lineBreak)
        fc.pre(parseAssignments(text).filter((assignment) => assignment.name === 'S').length === 1)
        fc.pre(parseDotenv(text)['S'] === secret)
        const rotated = rotateSecret(text, 'S', other, '.env')
        expect(parseDotenv(rotated)).toEqual({ ...parseDotenv(text), S: other, S_PREVIOUS: secret })
        expect(finishRotation(rotated, 'S', '.env')).toBe(text.replace(secret, other))
      }),
      { numRuns: 2000 },
    )
  })
})
