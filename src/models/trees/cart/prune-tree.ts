import type { GrownNode } from "./grow-tree.js";

/**
 * Minimal cost-complexity pruning (Breiman et al. 1984, section 3.3): the weakest link is cut again and again while what it
 * saves per leaf is at most `alpha`. `nodes` are changed: cut nodes become leaves, and so do all nodes below them. What is left is given root
 * first, left side first.
 */
export function prunedTree(nodes: readonly GrownNode[], alpha: number): GrownNode[] {
  const total = nodes[0]?.weight ?? 1;
  const risk = nodes.map((node) => (node.weight * node.impurity) / total);
  for (;;) {
    const leaves = new Array<number>(nodes.length).fill(1);
    const branch = [...risk];
    // Children come after their parent.
    for (let at = nodes.length - 1; at >= 0; at--) {
      const node = nodes[at];
      if (node === undefined || node.feature < 0) continue;
      leaves[at] = (leaves[node.left] ?? 1) + (leaves[node.right] ?? 1);
      branch[at] = (branch[node.left] ?? 0) + (branch[node.right] ?? 0);
    }
    const reached = new Uint8Array(nodes.length);
    reached[0] = 1;
    let weakest: GrownNode | undefined;
    let least = Number.POSITIVE_INFINITY;
    nodes.forEach((node, at) => {
      if (node.feature < 0 || reached[at] === 0) return;
      reached[node.left] = 1;
      reached[node.right] = 1;
      const link = ((risk[at] ?? 0) - (branch[at] ?? 0)) / ((leaves[at] ?? 2) - 1);
      if (link < least) {
        least = link;
        weakest = node;
      }
    });
    if (weakest === undefined || alpha < least) return inPreorder(nodes);
    cutBelow(nodes, weakest);
  }
}

function inPreorder(nodes: readonly GrownNode[]): GrownNode[] {
  const ordered: GrownNode[] = [];
  const visit = (at: number): number => {
    const node = nodes[at];
    if (node === undefined) return 0;
    const place = ordered.push(node) - 1;
    if (node.feature < 0) return place;
    node.left = visit(node.left);
    node.right = visit(node.right);
    return place;
  };
  visit(0);
  return ordered;
}

function cutBelow(nodes: readonly GrownNode[], node: GrownNode | undefined): void {
  if (node === undefined || node.feature < 0) return;
  node.feature = -1;
  cutBelow(nodes, nodes[node.left]);
  cutBelow(nodes, nodes[node.right]);
}
