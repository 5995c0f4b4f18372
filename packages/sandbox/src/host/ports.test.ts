import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { findFreePort } from './find-free-port.ts'
import { checkLocalhostIsFree, checkPortsAreFree } from './ports.ts'

/** Listens until the test ends; skips the test where the machine does not have the address. */
async function occupy(port: number, host: string, skip: (note: string) => void): Promise<void> {
  const server = createServer().listen(port, host)
  onTestFinished(() => void server.close())
  try {
    await once(server, 'listening')
  } catch {
    skip(`This machine does not have the address ${host}.`)
  }
}

const messageFor = (port: number, variable: string) =>
  `Port ${port} is in use. Stop the program that uses it, or set ${variable} to another port.`

it('accepts free ports, and port 0', async () => {
  const port = await findFreePort()
  const requests = [0, port].map((each) => ({ port: each, variable: 'X' }))
  await expect(checkPortsAreFree(requests)).resolves.toBeUndefined()
  await expect(checkLocalhostIsFree({ port, variable: 'PORT' })).resolves.toBeUndefined()
})

it('names the port that is taken and the variable that changes it', async ({ skip }) => {
  const port = await findFreePort()
  await occupy(port, '127.0.0.1', skip)
  const requests = [
    { port: 0, variable: 'Y' },
    { port, variable: 'SANDBOX_SUPABASE_PORT' },
  ]
  await expect(checkPortsAreFree(requests)).rejects.toMatchObject({
    name: 'SandboxError',
    code: 'ERR_SANDBOX_PORT_IN_USE',
    message: messageFor(port, 'SANDBOX_SUPABASE_PORT'),
  })
})

for (const host of ['127.0.0.1', '::1']) {
  it(`refuses a port of localhost that a program uses only on ${host}`, async ({ skip }) => {
    const port = await findFreePort()
    await occupy(port, host, skip)
    await expect(checkLocalhostIsFree({ port, variable: 'PORT' })).rejects.toMatchObject({
      code: 'ERR_SANDBOX_PORT_IN_USE',
      message: messageFor(port, 'PORT'),
    })
  })
}
