export type { Guarded } from '../node-http/admit.ts'
export type { NodeRequest } from '../node-http/to-request.ts'
export { type KeyMiddleware, requireKey } from './require-key.ts'
export { withKey } from './with-key.ts'
