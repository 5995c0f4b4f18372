import type { Stack } from './stack.ts'

/** The environment of a server whose heap can be measured: Node's inspector on a free port of this machine. */
export const heapEnvironment = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

/** Measures what the server's heap holds after a garbage collection, in bytes. */
export async function measureHeap(stack: Stack): Promise<number> {
  const [, url] = /Debugger listening on (ws:\S+)/.exec(stack.web.output()) ?? []
  if (url === undefined) throw new Error('The server has no inspector. Start it with `heapEnvironment`.')
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  try {
    await call(socket, 1, 'HeapProfiler.collectGarbage')
    const answer = await call(socket, 2, 'Runtime.getHeapUsage')
    return Number(/"usedSize":(\d+)/.exec(answer)?.[1])
  } finally {
    socket.close()
  }
}

async function call(socket: WebSocket, id: number, method: string): Promise<string> {
  return new Promise((resolve) => {
    const onMessage = ({ data }: MessageEvent) => {
      if (!String(data).startsWith(`{"id":${id},`)) return
      socket.removeEventListener('message', onMessage)
      resolve(String(data))
    }
    socket.addEventListener('message', onMessage)
    socket.send(JSON.stringify({ id, method }))
  })
}
