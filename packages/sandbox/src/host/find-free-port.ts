import { randomInt } from 'node:crypto'
import { isPortFree, tryListen } from './ports.ts'

/** Ports up to here are not assigned to outgoing connections by Linux (from 32768), macOS or Windows (from 49152). */
const lastPort = 32_767
const firstPort = 20_000
/** A process gets a block of ports, and keeps it by listening on the first of them. */
const blockSize = 48
const blockCount = Math.floor((lastPort - firstPort + 1) / blockSize)

let block: Promise<() => number> | undefined

/**
 * Finds a free port on 127.0.0.1 for a program to listen on. No other process that calls this gets the same port, and this
 * process gets it again only after 46 other ports. Libraries such as get-port know only the ports of their own process.
 */
export async function findFreePort(): Promise<number> {
  const nextPort = await (block ??= reserveBlock())
  for (let attempt = 1; attempt < blockSize; attempt += 1) {
    const port = nextPort()
    if (await isPortFree(port)) return port
  }
  throw new Error(
    `No port from ${firstPort} to ${lastPort} is free for this process. Stop programs that you do not need.`,
  )
}

/** Reserves a block until this process ends, and returns a function that steps through its ports. */
async function reserveBlock(): Promise<() => number> {
  const start = randomInt(blockCount)
  for (let index = 0; index < blockCount; index += 1) {
    const reservedPort = firstPort + ((start + index) % blockCount) * blockSize
    const reservation = await tryListen(reservedPort)
    if (reservation === null) continue
    reservation.unref()
    let step = 0
    return () => reservedPort + 1 + (step++ % (blockSize - 1))
  }
  throw new Error(`No block of ports from ${firstPort} to ${lastPort} is free. Stop programs that you do not need.`)
}
