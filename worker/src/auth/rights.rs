//! Every right there is. What is not listed here, nobody may do.

use super::{ApiRight, Needs, Right};
use contract::{
    roles::Permission,
    scopes::{Access, Resource, Scope},
};

/// See tokens: one's own, and those of whoever one looks after.
pub struct ReadTokens;
impl Right for ReadTokens {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Make a token: in person, confirmed a short while ago.
pub struct CreateTokens;
impl Right for CreateTokens {
    const NEEDS: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// Edit tokens within reach. Whether that takes a confirmation depends on what is edited.
pub struct UpdateTokens;
impl Right for UpdateTokens {
    const NEEDS: Needs = Needs::SignedIn;
}

/// End tokens within reach. No confirmation: ending must be easy.
pub struct RevokeTokens;
impl Right for RevokeTokens {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Change one's own profile, or what is kept of whoever one looks after.
pub struct UpdateUsers;
impl Right for UpdateUsers {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Remove people.
pub struct DeleteUsers;
impl Right for DeleteUsers {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageUsers, Permission::Administer]);
    const STEP_UP: bool = true;
}

/// Close one's own account.
pub struct CloseOwnAccount;
impl Right for CloseOwnAccount {
    const NEEDS: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// Take along everything that is kept about oneself.
pub struct ExportOwnData;
impl Right for ExportOwnData {
    const NEEDS: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// Invite people.
pub struct InviteUsers;
impl Right for InviteUsers {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageUsers, Permission::Administer]);
    const STEP_UP: bool = true;
}

/// See invitations, send them again, and cancel them.
pub struct ManageInvitations;
impl Right for ManageInvitations {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageUsers, Permission::Administer]);
}

/// See one's own address and the one that is to take its place, and give that up.
pub struct KeepOwnEmail;
impl Right for KeepOwnEmail {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Switch the second factor of others off.
pub struct ResetSecondFactors;
impl Right for ResetSecondFactors {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageUsers, Permission::Administer]);
    const STEP_UP: bool = true;
}

/// Change one's own address.
pub struct ManageOwnEmail;
impl Right for ManageOwnEmail {
    const NEEDS: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// See the policy of the tenant.
pub struct ReadPolicy;
impl Right for ReadPolicy {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Change the policy of the tenant.
pub struct UpdatePolicy;
impl Right for UpdatePolicy {
    const NEEDS: Needs = Needs::OneOf(&[Permission::Administer]);
    const STEP_UP: bool = true;
}

/// See what another policy would touch.
pub struct PreviewPolicy;
impl Right for PreviewPolicy {
    const NEEDS: Needs = Needs::OneOf(&[Permission::Administer]);
}

/// See, make, edit and delete service accounts.
pub struct ManageServiceAccounts;
impl Right for ManageServiceAccounts {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageServiceAccounts]);
}

/// Replace the credentials of a service account, and make tokens for it.
pub struct IssueCredentials;
impl Right for IssueCredentials {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageServiceAccounts]);
    const STEP_UP: bool = true;
}

/// See the photos of the tenant's people.
pub struct ReadPhotos;
impl Right for ReadPhotos {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Change or remove one's own photo.
pub struct ChangeOwnPhoto;
impl Right for ChangeOwnPhoto {
    const NEEDS: Needs = Needs::SignedIn;
}

/// See how things stand with one's own second factor, and confirm one that was begun.
pub struct ReadOwnSecondFactor;
impl Right for ReadOwnSecondFactor {
    const NEEDS: Needs = Needs::SignedIn;
}

/// Set up or switch off one's own second factor, and replace its recovery codes.
pub struct ManageOwnSecondFactor;
impl Right for ManageOwnSecondFactor {
    const NEEDS: Needs = Needs::SignedIn;
    const STEP_UP: bool = true;
}

/// Choose what one is told about and where, and see what became of it.
pub struct ManageOwnNotifications;
impl Right for ManageOwnNotifications {
    const NEEDS: Needs = Needs::SignedIn;
}

/// See what one did and what was done to one's account.
pub struct ReadOwnEvents;
impl Right for ReadOwnEvents {
    const NEEDS: Needs = Needs::SignedIn;
}

/// See the people of the tenant.
pub struct ReadUsers;
impl Right for ReadUsers {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageUsers, Permission::Administer]);
}
impl ApiRight for ReadUsers {
    const SCOPE: Scope = Scope(Resource::Users, Access::Read);
}

/// See the roles of the tenant.
pub struct ReadRoles;
impl Right for ReadRoles {
    const NEEDS: Needs = Needs::SignedIn;
}
impl ApiRight for ReadRoles {
    const SCOPE: Scope = Scope(Resource::Roles, Access::Read);
}

/// Make, edit and delete roles. Whether that takes a confirmation depends on what is edited.
pub struct ManageRoles;
impl Right for ManageRoles {
    const NEEDS: Needs = Needs::OneOf(&[Permission::ManageRoles]);
}

/// See how much the API is called.
pub struct ReadUsage;
impl Right for ReadUsage {
    const NEEDS: Needs = Needs::Scope(Scope(Resource::Usage, Access::Read));
}
impl ApiRight for ReadUsage {
    const SCOPE: Scope = Scope(Resource::Usage, Access::Read);
}

/// See how many of what there is.
pub struct ReadStatistics;
impl Right for ReadStatistics {
    const NEEDS: Needs = Needs::Scope(Scope(Resource::Statistics, Access::Read));
}
impl ApiRight for ReadStatistics {
    const SCOPE: Scope = Scope(Resource::Statistics, Access::Read);
}
