export { type GuardContext, type RouteParams, withKey } from './with-key.ts'
