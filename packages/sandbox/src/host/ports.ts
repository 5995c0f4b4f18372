import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { SandboxError } from '../errors.ts'

/** The only address that the sandbox listens on. */
export const loopbackAddress = '127.0.0.1'

/** A port to listen on, 0 for any free port, and the environment variable that changes it. */
export interface PortRequest {
  readonly port: number
  readonly variable: string
}

/**
 * Checks that nothing listens on the ports, so that a conflict is found before anything is started.
 *
 * @throws `ERR_SANDBOX_PORT_IN_USE` for the first port that is taken
 */
export async function checkPortsAreFree(requests: readonly PortRequest[]): Promise<void> {
  for (const request of requests) {
    if (request.port !== 0 && !(await isPortFree(request.port))) throw portInUse(request)
  }
}

/**
 * Checks that nothing listens on a port of `localhost`. That name resolves to `::1` first: a program that listens there
 * would get the requests of the browser, with their secrets.
 *
 * @throws `ERR_SANDBOX_PORT_IN_USE` when the port is taken on IPv4 or IPv6
 */
export async function checkLocalhostIsFree(request: PortRequest): Promise<void> {
  await checkPortsAreFree([request])
  // Connects instead of listening: where `::` is taken, some systems still allow `::1`.
  if (await acceptsConnections(request.port, '::1')) throw portInUse(request)
}

/** Returns whether a program could listen on a port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = await tryListen(port)
  if (server === null) return false
  server.close()
  await once(server, 'close')
  return true
}

/** Listens on a port of 127.0.0.1, or returns null if the port is taken. */
export async function tryListen(port: number): Promise<Server | null> {
  const server = createServer().listen(port, loopbackAddress)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    if (isAddressInUse(error)) return null
    throw error
  }
}

export function portInUse({ port, variable }: PortRequest, options?: ErrorOptions): SandboxError {
  return new SandboxError(
    'ERR_SANDBOX_PORT_IN_USE',
    `Port ${port} is in use. Stop the program that uses it, or set ${variable} to another port.`,
    options,
  )
}

export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

/** Returns false also on a machine without IPv6. */
async function acceptsConnections(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
