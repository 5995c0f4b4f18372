/** How urgent something is. Only errors make the command fail. */
export type Level = 'error' | 'warning' | 'information'

/** What the audit says of a handler. */
export type Verdict =
  /** A check that lets strangers in under a condition. */
  | 'fails-open'
  /** Nothing refuses strangers, and it writes, sends or spends. */
  | 'open-acts'
  /** Nothing refuses strangers, and it reads. */
  | 'open-reads'
  /** It does nothing but answer. */
  | 'answers-everyone'
  /** A route of an authentication library, or of a router that decides itself. */
  | 'own-route'
  /** A check refuses strangers before anything happens. */
  | 'guarded'
  /** The code does not tell. */
  | 'unclear'

/** A place in the source. */
export interface Place {
  /** From the root of the audit, with slashes. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** A handler of an application and what the audit says of it. */
export interface AuditedHandler {
  readonly file: string
  /** The path that requests ask for. For a server function, its name. */
  readonly route: string
  /** The export, such as `POST` or `default`. */
  readonly name: string
  readonly kind: 'app' | 'pages' | 'server-function'
  readonly verdict: Verdict
  /** What refuses strangers. Null if nothing does. */
  readonly guard: (Place & { readonly name: string }) | null
  /** What it does, such as `create() of @prisma/client`. */
  readonly effects: readonly string[]
  readonly isCron: boolean
  readonly place: Place
}

/** Something to change, or to know. */
export interface Finding {
  /** The id of the rule, which is also the name of its page. */
  readonly rule: string
  readonly level: Level
  readonly place: Place
  readonly message: string
  /** Of the handlers that it concerns, as `POST /api/reports`. */
  readonly handlers: readonly string[]
  /** Names the finding across versions of the code. */
  readonly fingerprint: string
  /** The reason in a comment that excuses it. Null without one. */
  readonly excuse: string | null
}

/** What the audit looked at, and what it found. */
export interface Audit {
  readonly root: string
  readonly applications: readonly {
    readonly directory: string
    readonly routes: number
    readonly serverFunctions: number
    readonly proxy: string | null
  }[]
  readonly handlers: readonly AuditedHandler[]
  readonly findings: readonly Finding[]
  /** Folders and files that could not be read. */
  readonly unreadable: readonly string[]
}
