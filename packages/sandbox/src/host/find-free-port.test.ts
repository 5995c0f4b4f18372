import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { findFreePort } from './find-free-port.ts'
import { tryListen } from './ports.ts'

const program = `
  import { findFreePort } from ${JSON.stringify(new URL('find-free-port.ts', import.meta.url).href)}
  const ports = []
  for (let index = 0; index < 40; index += 1) ports.push(await findFreePort())
  console.log(JSON.stringify(ports))
  // Keeps its ports until the test has the ports of every process.
  process.stdin.resume()
`

it('never gives the same port to two processes', async () => {
  const children = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  const lists = await Promise.all(
    children.map(async (child): Promise<number[]> => JSON.parse(String((await once(child.stdout, 'data'))[0]))),
  )
  for (const child of children) child.stdin.end()
  await Promise.all(children.map((child) => text(child.stdout)))
  const ports = lists.flat()
  expect(ports).toHaveLength(120)
  expect(new Set(ports).size).toBe(120)
})

it('finds ports that a program can listen on, outside of the range for outgoing connections', async () => {
  const port = await findFreePort()
  expect(port).toBeGreaterThan(20_000)
  expect(port).toBeLessThan(32_768)
  const server = await tryListen(port)
  expect(server?.listening).toBe(true)
  server?.close()
})

it('leaves out a port that a program uses', async () => {
  const used = await findFreePort()
  const server = await tryListen(used)
  const ports = []
  for (let index = 0; index < 60; index += 1) ports.push(await findFreePort())
  expect(ports).not.toContain(used)
  server?.close()
})
