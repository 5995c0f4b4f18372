export { DirectoryInUseError, EnvironmentError, MigrationError, PortInUseError, SandboxError } from './errors.ts'
export { generateSecret } from './keys.ts'
export { DEFAULT_PORTS, PORT_VARIABLES, type Sandbox, type SandboxOptions, startSandbox } from './start-sandbox.ts'
