// npm run build: builds the library and the application, unless nothing has changed.
import { BuildError, buildApplication } from './build-if-stale.ts'

try {
  await buildApplication({ log: console.log })
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error)
  process.exit(1)
}
