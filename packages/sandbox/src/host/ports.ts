import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'

import { getRequestListener } from '@hono/node-server'

import { PortInUseError } from '../errors.ts'

/** A port to listen on, 0 for any, with the environment variable that changes it. */
export interface PortRequest {
  readonly port: number
  readonly variable: string
}

/** An HTTP server on the loopback interface. */
export interface LoopbackServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Sets what answers requests. Until then the answer is 503. */
  readonly handle: (handler: RequestHandler) => void
  /** Ends open connections too, so that the port is free at once. */
  readonly close: () => Promise<void>
}

/** Answers one HTTP request. */
export type RequestHandler = (request: Request) => Response | Promise<Response>

const loopbackAddress = '127.0.0.1'
const firstPickedPort = 20_000
/** Linux's; those of macOS and Windows are higher. */
const firstEphemeralPort = 32_768
const pickAttempts = 20

/**
 * Listens on 127.0.0.1, before there is anything to answer with, so that the parts can be told each other's address.
 *
 * @throws {PortInUseError} `ERR_SANDBOX_PORT_IN_USE`
 */
export async function listenOnLoopback(request: PortRequest): Promise<LoopbackServer> {
  let handler: RequestHandler = answerNotReady
  const listener = getRequestListener((incoming) => handler(incoming), { overrideGlobalObjects: false })
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  server.listen(request.port, loopbackAddress)
  await waitUntilListening(server, request)
  return {
    url: `http://${loopbackAddress}:${portOf(server)}`,
    handle: (next) => {
      handler = next
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/**
 * Checks that nothing listens on the ports, so that a conflict is found before anything has been started.
 *
 * @throws {PortInUseError} `ERR_SANDBOX_PORT_IN_USE`, for the first port that is taken.
 */
export async function checkPortsAreFree(requests: PortRequest[]): Promise<void> {
  for (const request of requests) {
    if (request.port !== 0) await probePort(request)
  }
}

/**
 * Checks the same of a port that is to be reached as `localhost`. That name leads to `::1` first: another program there would
 * be what a browser opens, and would get the secrets of who calls the application.
 *
 * @throws {PortInUseError} `ERR_SANDBOX_PORT_IN_USE`
 */
export async function checkLocalhostIsFree(request: PortRequest): Promise<void> {
  await checkPortsAreFree([request])
  // Asked, not bound: where `::` is taken, some systems lend `::1` out all the same.
  if (await isAnswered(request.port, '::1')) throw new PortInUseError(request.port, request.variable)
}

/**
 * Finds a port that is free now, and that no process gets by chance before it is used: it is below those that systems give
 * to outgoing connections and to who asks for any port.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await probePort({ port: randomInt(firstPickedPort, firstEphemeralPort), variable: '' })
    } catch (error) {
      if (!(error instanceof PortInUseError) || attempt === pickAttempts) throw error
    }
  }
}

function answerNotReady(): Response {
  return new Response('Starting', { status: 503, headers: { 'Retry-After': '1' } })
}

async function probePort(request: PortRequest): Promise<number> {
  const server = createTcpServer()
  server.listen(request.port, loopbackAddress)
  await waitUntilListening(server, request)
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

/** Tells whether something accepts connections; where there is no IPv6, nothing does at `::1`. */
async function isAnswered(port: number, host: string): Promise<boolean> {
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

async function waitUntilListening(server: NodeJS.EventEmitter, { port, variable }: PortRequest): Promise<void> {
  try {
    await once(server, 'listening')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      throw new PortInUseError(port, variable, { cause })
    }
    throw cause
  }
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no TCP port')
  return address.port
}
