import { setImmediate as tick } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

it('runs the tasks of a key one after the other, in order, and those of other keys beside them', async () => {
  const events: string[] = []
  const run = (key: string, name: string) =>
    oneAtATime(key, async () => {
      events.push(`${name} starts`)
      await tick()
      events.push(`${name} ends`)
      return name
    })
  expect(await Promise.all([run('a', '1'), run('a', '2'), run('b', '3')])).toEqual(['1', '2', '3'])
  expect(events.filter((event) => !event.startsWith('3'))).toEqual(['1 starts', '1 ends', '2 starts', '2 ends'])
  expect(events.indexOf('3 starts')).toBeLessThan(events.indexOf('1 ends'))
})

it('continues after a task that fails', async () => {
  const failing = oneAtATime('a', () => Promise.reject(new Error('wrong')))
  const next = oneAtATime('a', () => Promise.resolve('next'))
  await expect(failing).rejects.toThrow('wrong')
  expect(await next).toBe('next')
})
