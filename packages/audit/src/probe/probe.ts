/** A route to check. */
export interface RouteTarget {
  readonly url: URL
  /** Unknown if only the address was given: GET, or POST where GET is not served. */
  readonly method?: string | undefined
}

/** One request of a check. */
export interface Probe {
  /** What it tries, as in `the key "undefined" in x-api-key`. Never holds the right key. */
  readonly name: string
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  /**
   * The same request to a path that does not exist. If its response is alike, the application answers every path in this form, so the
   * response does not come from the route.
   */
  readonly control?: Omit<Probe, 'name'>
}

/** A response, of which at most the first 64 kB of the body are kept. */
export interface Answer {
  readonly status: number
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Why there was no response. */
export interface NoAnswer {
  readonly problem: string
}

/** Sends a probe, without following a redirect. It throws only for a fault of the program itself. */
export type SendProbe = (probe: Probe) => Promise<Answer | NoAnswer>
