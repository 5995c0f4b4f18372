/** An OAuth application at GitHub, or at the GitHub stand-in. */
export interface GithubApplication {
  readonly clientId: string
  readonly clientSecret: string
  /** Address of the stand-in. Default: GitHub itself. */
  readonly url?: string
}
