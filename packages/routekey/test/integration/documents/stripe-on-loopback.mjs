// Sends the requests for Stripe to the stand-in, as the blocks name no other host. Loaded with `--import`.
import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'

const { request } = https
https.request = (options, ...rest) => {
  if (options.host !== 'api.stripe.com') return request(options, ...rest)
  const { ciphers: _ciphers, ...others } = options
  const target = { ...others, host: '127.0.0.1', port: process.env.STRIPE_PORT, protocol: 'http:', agent: undefined }
  const sent = http.request(target, ...rest)
  // The SDK waits for this event before it writes.
  return sent.once('socket', (socket) => socket.once('connect', () => socket.emit('secureConnect')))
}
syncBuiltinESMExports()
