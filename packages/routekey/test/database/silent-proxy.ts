import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'

/** A network between a client and a server that can lose connections without a word. */
export interface SilentProxy {
  /** The address of the database through the proxy. */
  readonly url: string
  /** How many connections were opened. */
  readonly opened: () => number
  /** From now on, nothing that the open connections carry arrives. With `all`, neither does what new ones carry. */
  readonly silence: (which: 'open' | 'all') => void
  /** From now on, new connections work. Those that are silent stay so. */
  readonly heal: () => void
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const silenced = (socket: Socket) => socket.unpipe().pause()

/** Creates a proxy in front of a Postgres. It refuses connections until it is started. */
export function createSilentProxy(databaseUrl: string, port: number): SilentProxy {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let isSilent = false
  let opened = 0

  const server = createServer({ allowHalfOpen: true }, (inside) => {
    opened += 1
    const outside = connect(Number(target.port), target.hostname)
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => sockets.delete(socket))
      if (isSilent) silenced(socket)
      else socket.pipe(other)
    }
  })
  const through = new URL(databaseUrl)
  through.port = String(port)

  return {
    url: through.href,
    opened: () => opened,
    silence(which) {
      isSilent = which === 'all'
      for (const socket of sockets) silenced(socket)
    },
    heal: () => void (isSilent = false),
    async start() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
