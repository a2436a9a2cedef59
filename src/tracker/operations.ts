/** What operators ask a tracker by HTTP, on the port where peers connect. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** An answer: JSON, or a text of its own type. */
export type Page = () => Answer | Promise<Answer>

export interface Answer {
  readonly status: number
  readonly body: object | string
  readonly type?: string
}

const PATHS = '/healthz /readyz /metrics /stats.json /status-json.xsl'

export function answerOperator(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Readonly<Record<string, Page>>
): void {
  const path = request.url?.split('?')[0] ?? ''
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    send(response, { status: 405, body: { error: 'only GET is answered here' } })
    return
  }
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) {
    send(response, {
      status: 404,
      body: { error: `a treecast tracker: ${PATHS}, and a WebSocket for peers` }
    })
    return
  }
  Promise.resolve()
    .then(page)
    .then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, { status: 500, body: { error: String(error) } })
    )
}

function send(response: ServerResponse, { status, body, type = 'application/json' }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`)
}
