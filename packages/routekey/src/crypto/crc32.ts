// The reflected polynomial of ISO-HDLC, the CRC-32 of zip, PNG and Ethernet.
const polynomial = 0xedb88320

const table = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, index) => {
  let remainder = index
  for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (polynomial & -(remainder & 1))
  return remainder
})

/**
 * Computes the CRC-32 of ASCII text as an unsigned 32-bit number, as `zlib` does in Node. It detects typing errors; anybody can
 * compute it.
 */
export function crc32(ascii: string): number {
  let remainder = -1
  for (let index = 0; index < ascii.length; index += 1) {
    remainder = (remainder >>> 8) ^ (table[(remainder ^ ascii.charCodeAt(index)) & 0xff] ?? 0)
  }
  return ~remainder >>> 0
}
