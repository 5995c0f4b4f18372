async function hmac(key: Uint8Array<ArrayBuffer>, text: string, hash = 'SHA-256'): Promise<Uint8Array> {
  // Web Crypto takes no empty key. HMAC pads a key with zeros (RFC 2104, section 2), so one zero byte is the same key.
  const raw = key.length === 0 ? new Uint8Array(1) : key
  const imported = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text)))
}

const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))

function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(secret.replace(/^(?:v1,)?whsec_/, '')), (character) => character.charCodeAt(0))
  } catch {
    // Not Base64, so a library that decodes it refuses every request.
    return new TextEncoder().encode(secret)
  }
}

const toBase64Url = (bytes: Uint8Array) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/**
 * Signs a JSON Web Token (RFC 7519) of an invented user with HMAC-SHA-256.
 *
 * @param now in milliseconds
 */
export async function signToken(secret: string, now: number): Promise<string> {
  const encode = (part: object) => toBase64Url(new TextEncoder().encode(JSON.stringify(part)))
  const seconds = Math.floor(now / 1000)
  const claims = { sub: 'routekey-check', role: 'authenticated', iat: seconds, exp: seconds + 3600 }
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
  return `${text}.${toBase64Url(await hmac(new TextEncoder().encode(secret), text))}`
}

/**
 * Signs a body as the common senders of webhooks do, all in one set of headers: Stripe, GitHub, Slack, Shopify, Svix and Standard
 * Webhooks, and a plain HMAC in hex.
 *
 * @param now in milliseconds
 */
export async function signBody(body: string, secret: string, now: number): Promise<Record<string, string>> {
  const seconds = String(Math.floor(now / 1000))
  const id = `msg_${seconds}`
  const raw = new TextEncoder().encode(secret)
  const hex = toHex(await hmac(raw, body))
  const standard = `v1,${toBase64(await hmac(decodeSecret(secret), `${id}.${seconds}.${body}`))}`
  return {
    'stripe-signature': `t=${seconds},v1=${toHex(await hmac(raw, `${seconds}.${body}`))}`,
    'x-hub-signature': `sha1=${toHex(await hmac(raw, body, 'SHA-1'))}`,
    'x-hub-signature-256': `sha256=${hex}`,
    'x-slack-request-timestamp': seconds,
    'x-slack-signature': `v0=${toHex(await hmac(raw, `v0:${seconds}:${body}`))}`,
    'x-shopify-hmac-sha256': toBase64(await hmac(raw, body)),
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': standard,
    'svix-id': id,
    'svix-timestamp': seconds,
    'svix-signature': standard,
    'x-signature': hex,
    'x-webhook-signature': hex,
    'x-signature-256': `sha256=${hex}`,
  }
}
