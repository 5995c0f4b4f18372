export type { GuardContext } from '../node-http/guard-request.ts'
export { type PagesRequest, type PagesResponse, withKey } from './with-key.ts'
