import { crc32 } from 'node:zlib'

/** Where the records of a file are, by a hash of a text: 8 bytes for each. */
export interface Positions {
  /** Adds a record. `position`: in bytes, less than 64 GiB. */
  add(text: string, position: number): void
  /** Returns the positions of the records with the hash of this text. Other texts may have it too. */
  of(text: string): number[]
}

/** Entries of one block. There are several, because to enlarge one would copy it, and hold both copies for a while. */
const blockLength = 131_072
const positionBits = 36

/** Creates an empty list of positions. They are sorted when the first text is looked for. */
export function createPositions(): Positions {
  const blocks: BigUint64Array[] = []
  let length = 0
  let sorted = 0

  const sort = (): void => {
    for (let first = sorted - (sorted % blockLength); first < length; first += blockLength)
      blocks[first / blockLength]?.subarray(0, length - first).sort()
    sorted = length
  }

  return {
    add(text, position) {
      if (length % blockLength === 0) blocks.push(new BigUint64Array(blockLength))
      blocks.at(-1)?.set([(hashOf(text) << BigInt(positionBits)) | BigInt(position)], length % blockLength)
      length += 1
    },
    of(text) {
      if (sorted < length) sort()
      const hash = hashOf(text)
      return blocks.flatMap((block, number) =>
        findIn(block, Math.min(blockLength, length - number * blockLength), hash),
      )
    },
  }
}

/** Finds the positions with a hash in a sorted block. */
function findIn(block: BigUint64Array, length: number, hash: bigint): number[] {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hashIn(block[middle]) < hash) low = middle + 1
    else high = middle
  }
  const positions: number[] = []
  for (let index = low; index < length && hashIn(block[index]) === hash; index += 1)
    positions.push(Number(BigInt.asUintN(positionBits, block[index] ?? 0n)))
  return positions
}

function hashIn(entry: bigint | undefined): bigint {
  return (entry ?? 0n) >> BigInt(positionBits)
}

/** The upper 28 bits, beside which a position fits. */
function hashOf(text: string): bigint {
  return BigInt(crc32(text) >>> 4)
}
