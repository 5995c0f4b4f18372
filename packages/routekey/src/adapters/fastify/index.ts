export { type FastifyReplyLike, type FastifyRequestLike, type KeyHook, requireKey } from './require-key.ts'
