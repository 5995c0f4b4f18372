import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { describeError, log } = await import('./log.ts')

describe('describeError', () => {
  it('includes the causes', () => {
    const error = new TypeError('fetch failed', { cause: new Error('ECONNREFUSED', { cause: 'port 1' }) })
    expect(describeError(error)).toBe('TypeError: fetch failed (Error: ECONNREFUSED (port 1))')
  })

  it('leaves out the details of a database error, which can quote a row', () => {
    const error = { code: '23505', message: 'duplicate key', details: 'Key (email)=(ada@example.com) already exists.' }
    expect(describeError(error)).toBe('duplicate key')
  })

  it.each([undefined, null, 7, {}])('describes %j', (thrown) => {
    expect(describeError(thrown)).toBe('unknown error')
  })
})

describe('log', () => {
  it.each([
    ['error', process.stderr],
    ['info', process.stdout],
  ] as const)('writes one line of JSON at level %s, even if a field has line breaks', (level, stream) => {
    const write = vi.spyOn(stream, 'write').mockReturnValue(true)
    log(level, 'thing.done', { text: 'two\nlines' })
    const line = String(write.mock.lastCall?.[0])
    write.mockRestore()
    expect(line.trimEnd()).not.toContain('\n')
    expect(JSON.parse(line)).toMatchObject({ level, event: 'thing.done', text: 'two\nlines' })
  })

  it('redacts secrets and email addresses in every field', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const key = `sk_live_${'a1'.repeat(16)}`
    log('error', 'request.failed', { error: `ada@example.com with ${key}`, deep: { password: 'hunter2' } })
    const line = String(write.mock.lastCall?.[0])
    write.mockRestore()
    expect(JSON.parse(line)).toMatchObject({ error: '[e-mail] with [hidden]', deep: { password: '[hidden]' } })
    for (const hidden of ['ada@example.com', key, 'hunter2']) expect(line).not.toContain(hidden)
  })
})
