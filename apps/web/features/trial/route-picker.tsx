import { guardedRoutes, whoamiRoute } from './guarded-routes.ts'

/**
 * Lets the visitor pick a route.
 *
 * @param props.onPick receives the path
 */
export function RoutePicker({ onPick }: { onPick: (path: string) => void }) {
  return (
    <fieldset>
      <legend className="mb-2 text-sm leading-none font-medium">Route</legend>
      <div className="grid gap-2 md:grid-cols-3">
        {guardedRoutes.map(({ method, path, accepts }) => (
          <label
            key={path}
            className="grid cursor-pointer grid-cols-[auto_1fr] content-start items-start gap-x-3 gap-y-1 rounded-lg border border-input p-3 transition-colors hover:bg-accent has-checked:border-ring has-checked:bg-ring/5"
          >
            <input
              type="radio"
              name="route"
              value={path}
              defaultChecked={path === whoamiRoute.path}
              onChange={() => onPick(path)}
              className="mt-0.5 size-4 shrink-0 rounded-full accent-ring outline-none focus-visible:ring-[3px] focus-visible:ring-ring/50"
            />
            <span className="font-mono text-[0.8125rem] leading-5 wrap-anywhere">
              {method} {path}
            </span>
            <span className="col-start-2 text-sm text-muted-foreground">{accepts}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
