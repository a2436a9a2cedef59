/** A tree in two formats that graph programs read: GraphML (Gephi, NetworkX, igraph, yEd) and DOT (Graphviz). */

import type { Tree, TreeEdge } from './result.js'

/** A parent that is gone and whose child does not know it yet feeds nobody; and an edge must lead from a node. */
function edgesIn({ peers, edges }: Tree): TreeEdge[] {
  const there = new Set(peers.map(({ peer }) => peer))
  return edges.filter(({ from, to }) => there.has(from) && there.has(to))
}

/** The second of the show and the stripes are text, the rest numbers; who is not fed has no depth. */
export function graphml(tree: Tree): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' +
      ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
    '  <key id="second" for="graph" attr.name="second" attr.type="double"/>',
    '  <key id="role" for="node" attr.name="role" attr.type="string"/>',
    '  <key id="depth" for="node" attr.name="depth" attr.type="int"/>',
    '  <key id="region" for="node" attr.name="region" attr.type="int"/>',
    '  <key id="stripes" for="edge" attr.name="stripes" attr.type="string"/>',
    '  <graph id="tree" edgedefault="directed">',
    `    <data key="second">${tree.atS}</data>`
  ]
  for (const { peer, role, depth, region } of tree.peers) {
    const depthData = depth === null ? '' : `<data key="depth">${depth}</data>`
    lines.push(
      `    <node id="p${peer}"><data key="role">${role}</data>${depthData}<data key="region">${region}</data></node>`
    )
  }
  for (const { from, to, stripes } of edgesIn(tree)) {
    const data = `<data key="stripes">${stripes.join(' ')}</data>`
    lines.push(`    <edge source="p${from}" target="p${to}">${data}</edge>`)
  }
  lines.push('  </graph>', '</graphml>', '')
  return lines.join('\n')
}

export function dot(tree: Tree): string {
  const lines = [
    'digraph tree {',
    `  graph [second="${tree.atS}", rankdir=TB];`,
    '  node [shape=point];',
    '  edge [arrowsize=0.4];'
  ]
  for (const { peer, role, depth, region } of tree.peers) {
    const depthText = depth === null ? '' : `, depth=${depth}`
    const shape = role === 'origin' ? ', shape=doublecircle, label="origin"' : ''
    lines.push(`  ${peer} [role=${role}${depthText}, region=${region}${shape}];`)
  }
  for (const { from, to, stripes } of edgesIn(tree))
    lines.push(`  ${from} -> ${to} [stripes="${stripes.join(' ')}"];`)
  lines.push('}', '')
  return lines.join('\n')
}
