import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const serverOnly = [
  'API_ROUTE_SECRET',
  'CRON_SECRET',
  'SUPABASE_SECRET_KEY',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
]
/** The public secret from the test vector of the Standard Webhooks specification. */
const publishedExample = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
/** Shapes of real keys: the prefix, and more random characters than the examples in tests have. */
const keyShapes = /(?:sb_secret_|[sr]k_(?:test|live)_|whsec_)(?:sandbox_)?(?=[A-Za-z]*\d)[A-Za-z0-9+/]{24,}/

describe('the client bundle', () => {
  const bundle = join(root, 'apps/web/.next/static')
  const files = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())

  it('was built', () => {
    expect(files.filter(({ name }) => name.endsWith('.js')).length).toBeGreaterThan(0)
  })

  it('holds no list of common passwords, of 370 kB', () => {
    const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    expect(texts.filter((text) => text.includes('qwertyuiop') || text.includes('iloveyou'))).toEqual([])
  })

  it.each(files.map(({ parentPath, name }) => join(parentPath, name)))(
    'holds no secret and no way to one: %s',
    (path) => {
      const text = readFileSync(path, 'latin1')
      for (const name of serverOnly) expect(text).not.toContain(`process.env.${name}`)
      expect(text).not.toMatch(keyShapes)
    },
  )
})

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
}

describe('git', () => {
  it('ignores the files with secrets', () => {
    const ignored = git('check-ignore', 'apps/web/.env.local', '.sandbox/keys.json').trim().split('\n')
    expect(ignored).toEqual(['apps/web/.env.local', '.sandbox/keys.json'])
  })

  it('tracks no file with a key in it', () => {
    const tracked = git('ls-files', '-z')
      .split('\0')
      .filter((path) => path !== '')
    const holding = tracked.filter((path) =>
      keyShapes.test(readFileSync(join(root, path), 'latin1').replaceAll(publishedExample, '')),
    )
    expect(holding).toEqual([])
  })
})
