/** Channel types: number, name and rule of each, the same for all brands; a new one, and another name or number. */
import type { ChannelTypeDefinition } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../session/api.ts";
import { useMay, useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { useDraft } from "../../ui/draft.ts";
import { TextField } from "../../ui/form-fields.tsx";
import { channelIcon, Icon } from "../../ui/icon.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { useAct } from "../parts/act.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { ListView, useList } from "../parts/list.tsx";
import { Table } from "../parts/table.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { typesTexts } from "./text.ts";

export function TypesPage() {
  const text = useTexts(typesTexts);
  const { types: title } = useTexts(settingsTexts).pages;
  const { session } = useSession();
  // types belong to the whole installation
  const mayChange = useMay("CHANNEL_CUD") && session?.brandIds === null;
  const [open, setOpen] = useState<ChannelTypeDefinition | "new">();
  const list = useList(["channel-types", "list"], (paging, signal) => api.channel.list(paging, { signal }));
  return (
    <SettingsPage
      title={title}
      lead={text.lead}
      isWide
      tools={
        mayChange && (
          <button type="button" className="btn pri sm" onClick={() => setOpen("new")}>
            <Icon name="plus" />
            {text.newType}
          </button>
        )
      }
    >
      <ListView list={list} empty={<Blank icon="hash" title={text.none} />}>
        {(types) => <TypeTable types={types} onOpen={mayChange ? setOpen : undefined} />}
      </ListView>
      {open && <TypeEditor type={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} />}
    </SettingsPage>
  );
}

interface TypeTableProps {
  types: readonly ChannelTypeDefinition[];
  /** undefined: the key may not change them */
  onOpen: ((type: ChannelTypeDefinition) => void) | undefined;
}

function TypeTable({ types, onOpen }: TypeTableProps) {
  const text = useTexts(typesTexts);
  return (
    <Table
      label={text.name}
      className="rows"
      columns={[
        text.name,
        text.number,
        text.rule,
        ...(onOpen ? [{ label: text.acts, isSpoken: true } as const] : []),
      ]}
      items={types}
      keyOf={({ id }) => id}
    >
      {(type) => (
        <>
          <th scope="row">
            <span className="avatar-line">
              <Icon name={channelIcon(type.name)} size={17} />
              <Foreign>{type.name}</Foreign>
            </span>
          </th>
          <td data-label={text.number} className="num">
            {type.channelId}
          </td>
          <td data-label={text.rule}>{text.rules[type.rule]}</td>
          {onOpen && (
            <td className="r acts">
              <button
                type="button"
                className="btn ghost sm icon"
                aria-label={text.change(type.name)}
                data-opens
                onClick={() => onOpen(type)}
              >
                <Icon name="edit" />
              </button>
            </td>
          )}
        </>
      )}
    </Table>
  );
}

interface TypeEditorProps {
  /** undefined: a new one */
  type: ChannelTypeDefinition | undefined;
  onClose: () => void;
}

function TypeEditor({ type, onClose }: TypeEditorProps) {
  const text = useTexts(typesTexts);
  const words = useText();
  const toast = useToast();
  const refuse = useErrorToast();
  const queries = useQueryClient();
  const saved = { name: type?.name ?? "", number: type ? String(type.channelId) : "" };
  const draft = useDraft(saved);
  const { values, changes, isChanged } = draft;
  const refresh = () => queries.invalidateQueries({ queryKey: ["channel-types"] });
  const write = (id: number, { name, number }: Partial<typeof saved>) =>
    api.channel.update({
      id,
      ...(name === undefined ? {} : { name }),
      ...(number === undefined ? {} : { channelId: Number(number) }),
    });
  const act = useAct(["name", "channelId"], async () => {
    if (type) {
      await write(type.id, changes);
      const undo = () => void write(type.id, saved).then(refresh).catch(refuse);
      toast({ text: text.saved(values.name), icon: "check", undo });
    } else {
      const { channelId } = await api.channel.create({ name: values.name });
      toast({ text: text.made(values.name, channelId), icon: "check" });
    }
    await refresh();
    onClose();
  });
  const { faults } = act;
  const set = (next: Partial<typeof saved>) => {
    act.clear();
    draft.set(next);
  };
  return (
    <FormDialog
      title={type ? text.change(type.name) : text.newType}
      onClose={onClose}
      isDirty={isChanged}
      act={act}
      label={type ? words.words.save : text.make}
      isReady={isChanged && values.name.trim() !== ""}
    >
      <TextField
        label={text.name}
        hint={type && changes.name !== undefined ? text.renamed(type.name) : text.nameHint}
        value={values.name}
        fault={faults.name}
        isFirst
        onChange={(name) => set({ name })}
      />
      {type ? (
        <TextField
          label={text.number}
          hint={
            changes.number === undefined ? text.numberHint : text.renumbered(type.channelId, values.number)
          }
          type="number"
          value={values.number}
          fault={faults.channelId}
          onChange={(number) => set({ number })}
        />
      ) : (
        <p className="t2">{text.newHint}</p>
      )}
    </FormDialog>
  );
}
