export type { Guarded } from '../node-http/admit.ts'
export { type PagesRequest, type PagesResponse, withKey } from './with-key.ts'
