/**
 * The completions of bash, zsh and fish: subcommands, their options, directives, and the directives of a group.
 *
 * Owns the three languages. Files are completed where a value may be one.
 */
import {
  ACTIONS,
  directiveRows,
  GROUP_ROW,
  type ManualRow,
  optionRows,
  subcommandRows,
} from "./manual-rows.ts";

const WRITERS = { bash, zsh, fish } as const;

export const SHELLS = Object.keys(WRITERS);

/** Undefined: the shell is none of these. */
export function completionFor(shell: string): string | undefined {
  return Object.hasOwn(WRITERS, shell) ? WRITERS[shell as keyof typeof WRITERS]() : undefined;
}

const starting = (): readonly ManualRow[] => [...ACTIONS, GROUP_ROW, ...directiveRows("node")];
const names = (rows: readonly ManualRow[]): string => rows.map(({ name }) => name).join(" ");

function bash(): string {
  return `# Completion of carrotcache for bash.
_carrotcache() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -gt 1 ]; then
    case \${COMP_WORDS[1]} in
      ${names(subcommandRows).replaceAll(" ", "|")})
        if [ "$before" = --socket ]; then COMPREPLY=($(compgen -f -- "$word"))
        else COMPREPLY=($(compgen -W "${names(optionRows)}" -- "$word")); fi
        return ;;
    esac
  fi
  if [ "$before" = --completion ]; then COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$word")); return; fi
  if [ "$COMP_CWORD" -gt 2 ] && [ "\${COMP_WORDS[COMP_CWORD-2]}" = --group ]; then
    COMPREPLY=($(compgen -W "${names(directiveRows("group"))}" -- "$word"))
    return
  fi
  case $word in
    -*) COMPREPLY=($(compgen -W "${names(starting())}" -- "$word")) ;;
    *) if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names(subcommandRows)}" -- "$word")); fi
       COMPREPLY+=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _carrotcache carrotcache
`;
}

function zsh(): string {
  const list = (rows: readonly ManualRow[]) =>
    rows.map(({ name, help }) => `    '${`${name}:${help}`.replaceAll("'", `'\\''`)}'`).join("\n");
  return `#compdef carrotcache
# Completion of carrotcache for zsh.
_carrotcache() {
  local -a subcommands options directives group
  subcommands=(
${list(subcommandRows)}
  )
  options=(
${list(optionRows)}
  )
  directives=(
${list(starting())}
  )
  group=(
${list(directiveRows("group"))}
  )
  if (( CURRENT > 2 )); then
    case \${words[2]} in
      (${names(subcommandRows).replaceAll(" ", "|")})
        if [[ \${words[CURRENT-1]} == --socket ]]; then _files; else _describe -o option options; fi
        return ;;
    esac
  fi
  if [[ \${words[CURRENT-1]} == --completion ]]; then compadd ${SHELLS.join(" ")}; return; fi
  if (( CURRENT > 3 )) && [[ \${words[CURRENT-2]} == --group ]]; then _describe directive group; return; fi
  if [[ $PREFIX == -* ]]; then _describe -o directive directives; return; fi
  (( CURRENT == 2 )) && _describe subcommand subcommands
  _files
}
_carrotcache "$@"
`;
}

function fish(): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const asks = `__fish_seen_subcommand_from ${names(subcommandRows)}`;
  const option = ({ name, value, help }: ManualRow, condition: string) =>
    `complete -c carrotcache -n ${quoted(condition)} -l ${name.slice(2)}${value === "" ? "" : " -r"} -d ${quoted(help)}`;
  return [
    "# Completion of carrotcache for fish.",
    ...subcommandRows.map(
      ({ name, help }) => `complete -c carrotcache -n __fish_use_subcommand -a ${name} -d ${quoted(help)}`,
    ),
    ...optionRows.map((row) => option(row, asks)),
    ...starting().map((row) => option(row, `not ${asks}`)),
    ...directiveRows("group").map(
      ({ name, help }) =>
        `complete -c carrotcache -n ${quoted("contains -- --group (commandline -opc)[-2]")} -a ${name} -d ${quoted(help)}`,
    ),
    "",
  ].join("\n");
}
