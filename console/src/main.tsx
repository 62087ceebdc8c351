/** Entry of the console. The number of a call leaves the address before anything else runs. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { takeCall } from "./customers/call.ts";
import { forgetSearches } from "./customers/search-memory.ts";
import { makeQueryClient } from "./data/queries.ts";
import { forgetTrails } from "./frame/trail.tsx";
import { Routes } from "./routes.tsx";
import { SessionProvider } from "./session/session.tsx";
import { takeStartToken } from "./session/start-page.tsx";
import { TextProvider } from "./text/text.tsx";
import { keepFocus } from "./ui/focus-keeper.ts";
import { listenForKeys } from "./ui/keys.ts";
import { aroundNav, listenForLeaving } from "./ui/leave.ts";
import { ToastProvider } from "./ui/toast.tsx";

takeCall();
takeStartToken();
listenForKeys();
keepFocus();
listenForLeaving();

const forget = () => {
  forgetSearches();
  forgetTrails();
};

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <TextProvider>
      <QueryClientProvider client={makeQueryClient()}>
        <ToastProvider>
          <SessionProvider onSignOut={forget}>
            <Router aroundNav={aroundNav}>
              <Routes />
            </Router>
          </SessionProvider>
        </ToastProvider>
      </QueryClientProvider>
    </TextProvider>,
  );
