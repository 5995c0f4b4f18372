import { once } from 'node:events'
import { connect } from 'node:net'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** Relays the bytes of each WebSocket to the address in its query, as Neon's proxy does. */
export async function startWebSocketRelay(): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  server.on('connection', (webSocket, { url = '' }) => {
    const [host = '', port] = (new URL(url, 'ws://localhost').searchParams.get('address') ?? '').split(':')
    const database = connect(Number(port), host)
    const stream = createWebSocketStream(webSocket)
    // Either side may break off.
    stream.on('error', () => database.destroy())
    database.on('error', () => stream.destroy())
    stream.pipe(database).pipe(stream)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The relay has no port.')
  return {
    port: address.port,
    async stop() {
      for (const webSocket of server.clients) webSocket.terminate()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
