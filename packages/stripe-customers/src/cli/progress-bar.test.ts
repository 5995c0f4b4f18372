import { describe, expect, it } from 'vitest'
import { createProgress, formatProgress } from './progress-bar.ts'

function capture(isTTY: boolean) {
  let text = ''
  let nowMs = 0
  const stream = { isTTY, columns: 40, write: (part: string) => (text += part) }
  return { progress: createProgress(stream, () => nowMs), pass: (ms: number) => (nowMs += ms), text: () => text }
}

describe('createProgress', () => {
  it('redraws one line of a terminal, no wider than the terminal, and removes it', () => {
    const { progress, pass, text } = capture(true)
    progress.update('customers', 50, 100)
    progress.update('customers', 51, 100)
    pass(100)
    progress.update('customers', 100, 100)
    progress.clear()
    progress.clear()
    const frames = text().split('\r\u001B[2K')
    expect(frames).toHaveLength(4)
    expect(frames[1]).toContain(' 50 %')
    expect(frames[2]).toContain('100 %')
    expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThan(40)
    expect(text()).not.toContain('\n')
  })

  it('writes a line every 5 seconds to any other stream, without control characters', () => {
    const { progress, pass, text } = capture(false)
    for (let second = 0; second < 11; second++) {
      pass(1000)
      progress.update('profiles', second, 10)
    }
    progress.clear()
    expect(text().split('\n')).toHaveLength(3)
    expect(text()).not.toContain('\r')
    expect(text()).not.toContain('\u001B')
  })
})

describe('formatProgress', () => {
  it.each([
    [0, 0, '░░░░░░░░░░░░░░░░░░░░░░░░   0 %  rows 0 of 0'],
    [1, 2, '████████████░░░░░░░░░░░░  50 %  rows 1 of 2'],
    [3, 2, '████████████████████████ 100 %  rows 3 of 3'],
  ])('shows %d of %d', (done, total, text) => {
    expect(formatProgress('rows', done, total)).toBe(text)
  })
})
