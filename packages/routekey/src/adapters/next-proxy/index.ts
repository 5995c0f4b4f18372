export { type ProxyRequest, guardPaths } from './guard-paths.ts'
