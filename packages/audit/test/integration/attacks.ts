import { createHmac } from 'node:crypto'

const body = '{}'
const encode = (data: object): string => Buffer.from(JSON.stringify(data)).toString('base64url')
const forged = `${encode({ alg: 'HS256' })}.${encode({ sub: 'admin' })}.x`
const sign = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex')

/** The signature of Stripe, with a key that everyone knows. */
function stripeSignature(key: string): string {
  const seconds = Math.floor(Date.now() / 1000)
  return `t=${seconds},v1=${sign(key, `${seconds}.${body}`)}`
}

/** Requests that a stranger sends, who knows no secret. */
export const attacks: readonly { readonly query: string; readonly headers: Readonly<Record<string, string>> }[] = [
  { query: '', headers: {} },
  { query: '?debug=1', headers: {} },
  { query: '?secret=undefined', headers: { authorization: 'Bearer undefined', 'x-api-key': 'undefined' } },
  { query: '?secret=', headers: { 'x-api-key': '' } },
  {
    query: '',
    headers: { referer: 'https://app.example/', origin: 'https://app.example', 'x-forwarded-for': '10.0.0.1' },
  },
  { query: '', headers: { authorization: `Bearer ${forged}`, cookie: 'session=forged' } },
  { query: '', headers: { 'x-api-key': 'changeme' } },
  ...['', 'undefined'].map((key) => ({
    query: '',
    headers: { 'x-signature': sign(key, body), 'stripe-signature': stripeSignature(key) },
  })),
]

/** Sends an attack. */
export async function attack(address: string, { query, headers }: (typeof attacks)[number]): Promise<void> {
  const response = await fetch(`${address}${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
  await response.arrayBuffer()
}
