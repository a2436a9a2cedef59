/** Reads Prometheus' text format (version 0.0.4), and says what `promtool check metrics` would not take. */

export interface Family {
  type: string
  help: string
  readonly samples: { readonly name: string; readonly labels: string; readonly value: number }[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"'
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?,?\\})? (\\S+)(?: (-?\\d+))?$`)
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped']

export function parseExposition(text: string) {
  const families = new Map<string, Family>()
  const names = new Set<string>()
  const seen = new Set<string>()
  const problems: string[] = []
  const familyOf = (name: string): Family => {
    let family = families.get(name)
    if (family === undefined) families.set(name, (family = { type: '', help: '', samples: [] }))
    return family
  }
  if (!text.endsWith('\n')) problems.push('the last line has no end')
  for (const [index, line] of text.split('\n').entries()) {
    const complain = (what: string): void => void problems.push(`line ${index + 1}: ${what}: ${line}`)
    const comment = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`).exec(line)
    if (line === '' || (line.startsWith('#') && !/^# (HELP|TYPE)/.test(line))) continue
    if (comment !== null) {
      const family = familyOf(comment[2]!)
      const field = comment[1] === 'HELP' ? 'help' : 'type'
      if (family[field] !== '') complain(`a second ${field}`)
      if (family.samples.length > 0) complain('behind its samples')
      if (field === 'type' && !TYPES.includes(comment[3]!)) complain('no such type')
      family[field] = comment[3]!
      continue
    }
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined) {
      complain('no sample')
      continue
    }
    const base = name.replace(/_(bucket|sum|count)$/, '')
    const family = families.get(name) ?? families.get(base)
    if (family === undefined || family.type === '' || family.help === '')
      complain('no TYPE or no HELP before it')
    if (seen.has(`${name}{${labels}}`)) complain('a second time')
    seen.add(`${name}{${labels}}`)
    const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value)
    // Prometheus reads numbers as Go's ParseFloat does, to which the case of NaN is all one. The client library writes "Nan"
    // for the mean of a histogram without an entry, which is what the event loop's is on a tracker some milliseconds old.
    if (Number.isNaN(number) && !/^nan$/i.test(value!)) complain('no number')
    names.add(name)
    family?.samples.push({ name, labels, value: number })
  }
  return { families, names, problems }
}
